"""Shipments: addresses, parcels, customs, rates, the record of a shipment and its tracking."""
