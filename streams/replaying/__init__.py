"""Reading the audit from its beginning to some moment, and what stands then."""
