"""What the router goes by, as data: shared words, a file per specialist, topics that nobody handles."""
