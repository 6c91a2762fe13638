"""How many people went in one call where a vendor takes several, by what its ledger says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import VENDORS
from streams.demo.check import Mismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MANY = 50
"""Among so many deletions within seconds some must have met."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Accepted deletions of one vendor: calls, those with several people, all people of all calls, most in one."""

    vendor: str
    calls: int
    with_several: int
    people: int
    most: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.vendor}: {self.people} people deleted in {self.calls} calls, {self.with_several} of them for "
            f"several people, up to {self.most}"
        )


def shared_calls(ledger: Sequence[Mapping[str, Any]]) -> list[Shared]:
    """Of each vendor that deletes several people in one call and has deleted anybody."""
    calls: dict[str, list[Sequence[str]]] = defaultdict(list)
    for entry in ledger:
        if entry["effect"] == "delete" and VENDORS[entry["vendor"]].can["delete"].batch > 1:
            calls[entry["vendor"]].append(entry["people"])
    return [_shared(vendor, made) for vendor, made in sorted(calls.items())]


def _shared(vendor: str, calls: Sequence[Sequence[str]]) -> Shared:
    people = {who for whom in calls for who in whom}
    return Shared(vendor, len(calls), sum(len(whom) > 1 for whom in calls), len(people), max(map(len, calls)))


def one_by_one(shared: Sequence[Shared]) -> Iterator[Mismatch]:
    """Where people should have shared calls and never did."""
    for each in shared:
        if each.people >= MANY and not each.with_several:
            yield Mismatch(each.vendor, None, f"{each.people} people were deleted one by one")
