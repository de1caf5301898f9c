"""Tracking numbers of carriers: recognised by their published forms and check digits, and found in messages."""
