"""Pure values and decisions; imports no other room."""
