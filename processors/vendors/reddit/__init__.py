"""Reddit's products."""
