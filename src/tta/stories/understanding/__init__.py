"""Decides what a player's own words mean among the open choices."""
