"""Checks a story before it is played."""
