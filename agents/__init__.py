"""One package per specialist."""
