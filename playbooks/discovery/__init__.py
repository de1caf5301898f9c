"""Drafts the inventory of services from telemetry."""
