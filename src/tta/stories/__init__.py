"""Authored stories: their catalogue, how they are played, and what is checked of them."""
