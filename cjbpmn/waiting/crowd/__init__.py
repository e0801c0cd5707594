"""The same game for many cases at once: each flow node for all cases that come to it."""
