"""Our extension elements: one element (and its parts) a file; the schemas are made from them."""
