"""The closer: reads the audit and keeps each person's requests, until all that they asked for is done."""
