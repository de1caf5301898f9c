"""What a batch of result documents says together: counts, means, shares, periods and their differences."""
