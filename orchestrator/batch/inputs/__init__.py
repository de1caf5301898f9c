"""Where the records of a batch come from."""
