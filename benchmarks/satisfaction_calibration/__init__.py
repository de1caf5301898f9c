"""The scorer calibrated to people's labels, on conversations that it has not seen."""
