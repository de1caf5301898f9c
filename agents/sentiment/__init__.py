"""Conversation sentiment scoring."""
