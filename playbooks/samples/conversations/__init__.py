"""Generated conversations of a made-up shop, with what is true of each."""
