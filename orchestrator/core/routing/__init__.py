"""Which specialist a message is for: cues, examples, scores, reasons."""
