"""Batches: readers, worker processes, an ordered writer, checkpoints; Spark is one file."""
