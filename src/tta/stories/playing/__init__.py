"""Playing a story: what is shown after each move, for one player."""
