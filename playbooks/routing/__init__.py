"""What each specialist is for, as data, and its loader."""
