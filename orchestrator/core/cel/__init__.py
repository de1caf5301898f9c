"""Guide expressions in CEL: syntax, types, and strict evaluation."""
