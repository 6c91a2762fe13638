"""Zoho's products."""
