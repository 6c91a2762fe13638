"""Proof that the audit is as it was written: a Merkle tree over its records, and heads of it that are signed."""
