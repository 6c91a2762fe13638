"""The notary: reads the audit, keeps its Merkle tree, and signs heads of it."""
