"""Logs and metrics for operators. They never contain a player's words."""
