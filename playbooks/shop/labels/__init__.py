"""Labels of 4 by 6 inches for the sample carriers: what is on one, where it stands, and how it is drawn."""
