"""Logs and metrics: what operators see. Never a player's words."""
