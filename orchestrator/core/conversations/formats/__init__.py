"""Other systems' forms of conversations, converted to ours; pure functions on JSON documents."""
