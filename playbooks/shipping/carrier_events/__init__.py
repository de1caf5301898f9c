"""What carriers and shipping services push: their payloads, read into events of ours."""
