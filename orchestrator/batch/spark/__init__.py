"""Batches on Apache Spark: what is read, the function that is shipped, and where its results are merged."""
