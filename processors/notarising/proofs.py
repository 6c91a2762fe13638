"""Proofs that a leaf is in a tree, and that a tree only grew: which subtrees they name, and what they prove.

Source: RFC 9162, 2.1.3 (inclusion) and 2.1.4 (consistency).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.notarising.tree import Edge, joined, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Range = tuple[int, int]
    """A subtree: its first leaf, and the one after its last."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What proves leaf `index` in a tree of `size` leaves, lowest first."""
    found, low, high = list[tuple[int, int]](), 0, size
    while high - low > 1:
        middle = low + _left(high - low)
        if index < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """What proves that the first `old` leaves of `new` are those they were, lowest first; 0 < old <= new."""
    found, low, high = list[tuple[int, int]](), 0, new
    while old != high:
        middle = low + _left(high - low)
        if old <= middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return [(low, high)] * (low > 0) + found[::-1]


def _left(size: int) -> int:
    """How many leaves the left half has: the largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


class Subtrees(Edge):
    """A tree that remembers the hashes of some of its subtrees while it grows."""

    def __init__(self, wanted: Iterable[Range]) -> None:
        super().__init__()
        self._wanted = set(wanted)
        self._found: dict[Range, bytes] = {}

    def add(self, leaf: bytes) -> None:
        low, high, width = self.size, self.size + 1, 1
        self._see((low, high), leaf)
        while self.size & width:
            low -= width
            leaf = node_hash(self.hashes.pop(), leaf)
            width <<= 1
            self._see((low, high), leaf)
        self.hashes.append(leaf)
        self.size = high

    def _see(self, place: Range, leaf: bytes) -> None:
        if place in self._wanted:
            self._found[place] = leaf

    def path(self, ranges: Iterable[Range]) -> list[bytes]:
        """Their hashes, once the tree has all its leaves."""
        return [self._found[place] if place in self._found else self._ending(place[0]) for place in ranges]

    def _ending(self, low: int) -> bytes:
        """Of a subtree that isn't perfect: it goes to the tree's own end."""
        begins, skipped = 0, 0
        while begins < low:
            begins += 1 << (self.size - begins).bit_length() - 1
            skipped += 1
        return joined(self.hashes[skipped:])


def includes(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves this leaf at `index` of the tree of that size and root. RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    for other in path:
        if not last:
            return False
        if at & 1 or at == last:
            leaf = node_hash(other, leaf)
            at, last = _climb(at, last)
        else:
            leaf = node_hash(leaf, other)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == root


def extends(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the tree `new` begins with all of the tree `old`. RFC 9162, 2.1.4.2."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = list(path) if old & old - 1 else [old_root, *path]
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first, second = hashes[0], hashes[0]
    for other in hashes[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            at, last = _climb(at, last)
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _climb(at: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right child: a lone last node has no sibling below that."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
