"""What can be worked out from the audit alone: pure, so that any two runs over the same records agree."""
