"""Personal data and secrets in texts: found, replaced, given pseudonyms; the standard library only."""
