"""Procedures, followed step by step: what is read, checked and worked out before anything is proposed."""
