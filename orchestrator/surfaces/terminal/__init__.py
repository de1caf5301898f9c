"""What people read in a terminal: pure rendering of reports, runs and tables, and the live display of steps."""
