"""Which chat service speaks: the embedded planner or a model behind the same interface."""
