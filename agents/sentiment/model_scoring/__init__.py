"""Scores by a language model: what it is asked, what of its answer stands, where it differs."""
