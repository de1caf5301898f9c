"""Logs of files: KQL on DuckDB, and what stands in for metrics and the resource graph."""
