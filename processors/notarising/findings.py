"""What is wrong with a log, and at which record it begins: what was signed against what is there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


DELETED = -1
"""The offset of a leaf whose record was deleted with the log's beginning."""


class Leaf(NamedTuple):
    """A record as it is found. at: its time, ms since 1970."""

    hash: bytes
    offset: int
    at: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong in a partition.

    what: `altered`, `missing`, `added`, `swapped`, `range` (one of `index` to `until`, nobody can say which),
    `unsigned`, or `head`: of a signed head or its list, not of a record.
    index: number of the record in the partition, from 0; offset: of the record that stands there now; None: nothing
    stands there.
    """

    what: str
    partition: int
    text: str
    index: int | None = None
    offset: int | None = None
    until: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def first_wrong(partition: int, first: int, signed: Sequence[bytes], found: Sequence[Leaf]) -> Finding | None:
    """Compare leaves from number `first` on; None: all that were signed are there. `found` may go on behind them.

    What was moved is recognised as far as the two lists reach.
    """
    for number, wanted in enumerate(signed):
        if number == len(found) or found[number].hash != wanted:
            return _named(partition, first, number, signed, found)
    return None


def _named(partition: int, first: int, number: int, signed: Sequence[bytes], found: Sequence[Leaf]) -> Finding:
    index = first + number
    before = found[number - 1].offset if number else DELETED
    after = f"as number {index}" if before == DELETED else f"after offset {before}"
    if number == len(found):
        return Finding("missing", partition, f"records from number {index} on are missing; it stood {after}", index)
    here = found[number]
    later = _place(here.hash, signed, number + 1)
    wanted = _place(signed[number], [leaf.hash for leaf in found], number + 1)
    place = (index, here.offset)
    if later is not None and wanted is not None:
        text = f"the record at offset {here.offset} is number {first + later}, not {index}, which is at offset"
        return Finding("swapped", partition, f"{text} {found[wanted].offset}", *place)
    if later is not None:
        many = f"{later - number} records are missing" if later - number > 1 else "a record is missing"
        return Finding(
            "missing", partition, f"{many}: number {index} stood {after}, before offset {here.offset}", *place
        )
    if wanted is not None:
        many = f"{wanted - number} records were added" if wanted - number > 1 else "a record was added"
        return Finding("added", partition, f"{many}, at offset {here.offset}, before number {index}", *place)
    return Finding(
        "altered", partition, f"the record at offset {here.offset} is not number {index} as signed", *place
    )


def _place(wanted: bytes, among: Sequence[bytes], start: int) -> int | None:
    return next((number for number in range(start, len(among)) if among[number] == wanted), None)
