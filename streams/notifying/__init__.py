"""Carrying messages about open tasks to people, by mail and by webhook; what was told is in the audit."""
