"""Authored stories: their catalogue, how they are played, and how they are checked."""
