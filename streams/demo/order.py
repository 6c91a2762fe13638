"""Whether a vendor was told things in their order: its ledger against the steps that the model expects.

What is allowed: the first calls of each step come in the order of the steps, each step whole before the next one.
The very same call may come again within its step, if in between a worker was killed or the broker was away (or had
come back so recently that a transaction from before could still fail): then the outcome of the first one was lost.
Nothing of an older step ever follows a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Change = tuple[str, str]
"""(effect, purpose) as the ledger words it; no purpose where the vendor has none."""


class Done(NamedTuple):
    """One change in the ledger. request: the same for the very same call; at: when, µs."""

    change: Change
    request: str
    at: int


class Outage(NamedTuple):
    """When a worker was killed, or from when to when outcomes may have been lost; µs."""

    began: int
    ended: int

    def touches(self, first: int, second: int) -> bool:
        """Whether it lies between two moments, or reaches in between."""
        return first <= self.ended and second >= self.began


class _Reading(NamedTuple):
    """One way to read a ledger so far: the step that it stands in, and which calls of it were made, when last."""

    place: int
    made: frozenset[Done]
    repeats: int


def changes(ledger: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[Done]]:
    """(person's key, vendor) → what was changed there, in its order."""
    found: dict[tuple[str, str], list[Done]] = defaultdict(list)
    for entry in ledger:
        change = (entry["effect"], entry["detail"].get("purpose", ""))
        for person in entry["people"]:
            found[person, entry["vendor"]].append(Done(change, entry["request"], entry["at"]))
    return found


def repeats(made: Sequence[Done], steps: Sequence[frozenset[Change]], outages: Sequence[Outage] = ()) -> int | None:
    """How many calls are repeats that are allowed; None if the changes can't be read as all the steps in order."""
    readings = {_Reading(-1, frozenset(), 0)}
    for done in made:
        readings = {
            after
            for before in readings
            for after in (_again(before, done, steps, outages), _onward(before, done, steps))
            if after
        }
    ends = [reading.repeats for reading in readings if _is_whole(reading, steps) and reading.place == len(steps) - 1]
    return min(ends, default=None)


def _again(
    before: _Reading, done: Done, steps: Sequence[frozenset[Change]], outages: Sequence[Outage]
) -> _Reading | None:
    """As a call of the step where the reading stands."""
    if before.place < 0 or done.change not in steps[before.place]:
        return None
    earlier = {other for other in before.made if (other.change, other.request) == (done.change, done.request)}
    if not all(any(outage.touches(other.at, done.at) for outage in outages) for other in earlier):
        return None
    return _Reading(before.place, before.made - earlier | {done}, before.repeats + len(earlier))


def _onward(before: _Reading, done: Done, steps: Sequence[frozenset[Change]]) -> _Reading | None:
    """As the first call of the next step."""
    place = before.place + 1
    if place == len(steps) or done.change not in steps[place] or not _is_whole(before, steps):
        return None
    return _Reading(place, frozenset({done}), before.repeats)


def _is_whole(reading: _Reading, steps: Sequence[frozenset[Change]]) -> bool:
    return reading.place < 0 or {done.change for done in reading.made} == steps[reading.place]
