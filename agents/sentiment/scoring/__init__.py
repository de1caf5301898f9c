"""The embedded scorer: a pure function of a conversation, in the standard library only."""
