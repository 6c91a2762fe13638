"""Google's products."""
