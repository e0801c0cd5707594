"""What was edited in a tree, written into the bytes of the file with the fewest changes."""
