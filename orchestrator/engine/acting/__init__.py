"""Doing approved actions, at most once each, and seeing what became of them."""
