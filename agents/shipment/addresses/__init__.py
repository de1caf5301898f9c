"""Addresses and phones: cleaned, checked against their country, and read from one line of text."""
