"""The worker: a process that takes runs up, keeps the clock, and does what is due."""
