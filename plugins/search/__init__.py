"""Search over guides, policies, manuals and past incidents."""
