"""The embedded scorer on a conversation that is still going on."""
