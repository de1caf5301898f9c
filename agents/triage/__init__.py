"""Root-cause triage over troubleshooting guides."""
