"""Fits the scorer to a customer's own labels; numpy is needed here and not where the weights are applied."""
