"""The shop behind hosted workflows: customers, products, orders in tables of the host's file, and how they change."""
