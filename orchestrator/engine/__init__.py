"""Semantic Kernel turns: the loop in which a chat service asks for tools and we grant, run and record them."""
