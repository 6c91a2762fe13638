"""Reconciliation: what was due by events and policy versions, beside what the audit says became of it."""
