"""Workflows of Azure Logic Apps: the client, and a host of the same protocol."""
