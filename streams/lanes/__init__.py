"""A lane at work: drives the core in processors/delivering, makes its calls, commits what it decides."""
