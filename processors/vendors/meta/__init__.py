"""Meta's products."""
