"""Judging one partition: its records, head by head, against what was signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.notarising.findings import DELETED, Finding, first_wrong
from processors.notarising.note import opened
from processors.notarising.tree import HASH_BYTES, Edge, split
from schemas.errors import NotProven

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from processors.notarising.findings import Leaf


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head as it is kept. where: its place, in words; start: number of the first of its leaves.

    leaves: hashes of the records since the head before it, one after the other; None: of a witness, which has none.
    at: when a witness had it, µs since 1970.
    """

    note: str
    where: str
    start: int = 0
    leaves: bytes | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A head that is signed by a known key, and what it says."""

    head: Head
    size: int
    root: bytes


class Judge:
    """Of one partition. `finding`: the first thing that is wrong; then nothing more is looked at.

    heads, witnessed: how many heads held, of the log's own and of witnesses; unlisted: the first of a witness that is
    larger than all of the log's own.
    """

    def __init__(self, partition: int, origin: str, keys: Collection[bytes]) -> None:
        self.partition = partition
        self._origin = origin
        self._keys = keys
        self._edge = Edge()
        self._listed = 0
        self.finding: Finding | None = None
        self.heads = self.witnessed = 0
        self.unlisted: Head | None = None

    @property
    def size(self) -> int:
        """So many records are proven."""
        return self._edge.size

    def claim(self, head: Head) -> Claim | None:
        """What a head says; None, and a finding: it may not be believed."""
        try:
            checkpoint = opened(head.note, self._keys, self._origin)
        except NotProven as error:
            self._wrong(f"{head.where} {error}")
            return None
        if checkpoint.size < self.size:
            self._wrong(f"{head.where} is of {checkpoint.size} records and comes after one of {self.size}")
            return None
        return Claim(head, checkpoint.size, checkpoint.root)

    def holds(self, claim: Claim, found: Sequence[Leaf]) -> bool:
        """Judge the records up to the claim's size. found: from `size` on, so many if they are there.

        False without a finding: it is about the records; see `name`.
        """
        grown = self._edge.copy()
        leaves = [leaf.hash for leaf in found]
        if len(leaves) + self.size != claim.size or grown.add_all(leaves).root() != claim.root:
            return False
        if claim.head.leaves is not None and not self._list_holds(claim, leaves):
            return False
        self._edge = grown
        if claim.head.leaves is not None:
            self.heads += 1
            self.unlisted = None
        else:
            self.witnessed += 1
            if claim.size > self._listed:
                self.unlisted = self.unlisted or claim.head
        return True

    def miss(self, before: int) -> None:
        """Find that a head is gone which a witness has had since before then, µs since 1970."""
        if self.unlisted and self.unlisted.at < before:
            self._wrong(
                f"{self.unlisted.where} has a head that is larger than the newest of the log: it was taken out"
            )

    def _list_holds(self, claim: Claim, leaves: Sequence[bytes]) -> bool:
        """The records are right; so must their list be, or it was tampered with."""
        listed = claim.head.leaves or b""
        mine = b"".join(leaves)
        if gap := self._gap_before(claim):
            self._wrong(gap)
            return False
        self._listed = claim.size
        if len(listed) != (claim.size - claim.head.start) * HASH_BYTES or not listed.endswith(mine):
            self._wrong(f"the list of leaves at {claim.head.where} was altered; the records are as signed")
            return False
        return True

    def _gap_before(self, claim: Claim) -> str | None:
        if claim.head.start <= self._listed:
            return None
        return f"before {claim.head.where} the head of the records from number {self._listed} on is missing"

    def name(self, claim: Claim, found: Sequence[Leaf], ahead: Claim | None = None) -> Finding:
        """Find which record it is. found: more than the claim covers, if there is more; ahead: the next claim.

        A list of leaves is as good as its head if it leads to the head's root.
        """
        wrong, signed = None, self._signed(claim, self._edge)
        if signed:
            later = self._signed(ahead, self._edge.copy().add_all(signed)) if ahead else []
            wrong = first_wrong(self.partition, self.size, [*signed, *later], found)
        self.finding = wrong or self._range(claim, found)
        return self.finding

    @staticmethod
    def _signed(claim: Claim, edge: Edge) -> list[bytes]:
        """The leaves of the claim that come after this edge; none: there is no list that would hold."""
        head = claim.head
        if head.leaves is None or head.start > edge.size:
            return []
        leaves = list(split(head.leaves))[edge.size - head.start :]
        return leaves if edge.copy().add_all(leaves).root() == claim.root else []

    def _range(self, claim: Claim, found: Sequence[Leaf]) -> Finding:
        first, last = self.size, claim.size - 1
        if gap := self._gap_before(claim):
            return Finding("head", self.partition, gap)
        if len(found) < claim.size - first:
            text = f"{claim.head.where} is of {claim.size} records, {first + len(found)} are there"
            return Finding("missing", self.partition, text, first, until=last)
        if last < first:
            text = f"{claim.head.where} is of the same size as the head before it and of another history"
            return Finding("head", self.partition, f"{text}: both were signed")
        if found[0].offset == DELETED:
            text = f"{claim.head.where} does not fit what is listed of the deleted records from number {first} on"
            return Finding("head", self.partition, f"{text}: a head or a list was altered", first, until=last)
        text = f"numbers {first} to {last} (from offset {found[0].offset}) are not as signed in {claim.head.where}"
        return Finding("range", self.partition, text, first, found[0].offset, last)

    def _wrong(self, text: str) -> None:
        self.finding = Finding("head", self.partition, text)
