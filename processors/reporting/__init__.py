"""Reports from the audit alone: what was asked, who was told, what they did, by when, and what shows it."""
