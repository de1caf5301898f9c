"""Handoff to a person."""
