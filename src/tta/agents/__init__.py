"""Agents: who understands a turn, moves the world, tells it and checks it; the orchestrator between them."""
