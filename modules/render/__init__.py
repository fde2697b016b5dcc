"""Plain values into the text and JSON that AWS reads. Pure."""
