"""Reconciliation's way to the broker: partition by partition, a bounded part of the people at a time."""
