"""Incidents: alerts that belong together, and what became of them."""
