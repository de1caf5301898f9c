"""The journal: what was asked, done and found, append-only."""
