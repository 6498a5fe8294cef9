"""The agents that understand a turn, move the world, tell it and check it, and their orchestrator."""
