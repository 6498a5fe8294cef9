"""What a story must be before anybody plays it."""
