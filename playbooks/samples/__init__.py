"""Seeded sample environments: realistic telemetry with a known fault, or none."""
