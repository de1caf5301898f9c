"""Questions about insights: how they are read, and how their answers are told."""
