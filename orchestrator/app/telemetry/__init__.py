"""Traces and metrics of runs: an encoder of their events for OpenTelemetry."""
