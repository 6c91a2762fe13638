"""What a reviewer asks of a policy file: who is reached, what is missing, what a new version changes. Pure."""
