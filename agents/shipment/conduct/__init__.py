"""Whether a customer was served by the rules of conduct, judged from the trace of what was said and done."""
