"""Shipments in this installation: planning, recording, following them."""
