"""Conversations between customers and agents, and what is said of them; the standard library only."""
