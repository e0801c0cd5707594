"""What is worked out on the passages: the least and the most of a wait, and how it is spread."""
