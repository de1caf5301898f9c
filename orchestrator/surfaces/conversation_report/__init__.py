"""The report of a batch of analysed conversations as one page."""
