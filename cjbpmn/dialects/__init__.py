"""What tools do their own way; one vendor or companion standard, one file."""
