"""The Merkle tree of RFC 9162 section 2.1 (RFC 6962 has the same), of which only the right edge is kept."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(leaves: bytes) -> Iterator[bytes]:
    """Hashes that stand one after the other."""
    return (leaves[at : at + HASH_BYTES] for at in range(0, len(leaves), HASH_BYTES))


class Edge:
    """A tree that grows, in log(size) hashes: the roots of its perfect subtrees from left to right, largest first.

    Raises:
        ValueError: so many hashes are not the edge of a tree of that size.

    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError(f"{len(self.hashes)} hashes are no edge of a tree of {size} leaves")

    def copy(self) -> Edge:
        return Edge(self.size, self.hashes)

    def add(self, leaf: bytes) -> None:
        """leaf: its hash."""
        hashes, size = self.hashes, self.size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def add_all(self, leaves: Iterable[bytes]) -> Edge:
        """The same edge, when all of these hashes are added."""
        for leaf in leaves:
            self.add(leaf)
        return self

    def root(self) -> bytes:
        return joined(self.hashes)


def joined(hashes: list[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side, largest first."""
    if not hashes:
        return EMPTY_ROOT
    *left, root = hashes
    for one in reversed(left):
        root = node_hash(one, root)
    return root
