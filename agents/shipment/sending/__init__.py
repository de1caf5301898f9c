"""What is worked out of goods before they are sent: parcels, borders, restrictions, and the service that fits."""
