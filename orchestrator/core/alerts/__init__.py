"""Alerts of other tools: what each format says, as one value."""
