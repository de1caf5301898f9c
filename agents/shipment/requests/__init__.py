"""What a customer wants, read from their own words without a model: identity, orders, items, actions."""
