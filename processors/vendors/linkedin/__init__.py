"""LinkedIn's products."""
