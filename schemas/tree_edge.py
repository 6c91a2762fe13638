"""Where a partition's Merkle tree stands: kept in `consent.notary` under `!edge`."""

from __future__ import annotations

from schemas.kept import Kept


class TreeEdge(Kept, frozen=True):
    """size: leaves; hashes: SHA-256 of the perfect subtrees, left to right; checkpoint: the head, as signed."""

    size: int
    hashes: tuple[bytes, ...]
    checkpoint: str
