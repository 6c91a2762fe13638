"""A lane at work: deliveries in, calls to one vendor account, outcomes out; processors/delivering decides."""
