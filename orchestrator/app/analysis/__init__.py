"""Wiring of conversation analysis: the one room that knows all of its parts."""
