"""Actions that change something: asked for, ruled on, approved for exactly this, done at most once, verified."""
