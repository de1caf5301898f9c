"""The switchboard itself: core values, the engine's turns, models, stores and surfaces."""
