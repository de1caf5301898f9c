"""The shop as the system of record tells it: customers, products, orders, and how they may be changed."""
