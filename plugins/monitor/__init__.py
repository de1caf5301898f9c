"""Logs, asked in KQL."""
