"""Shipment handling."""
