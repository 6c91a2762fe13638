"""What nobody can know from the audit alone: whether a vendor was told of an instruction whose outcome was lost.

A worker that is killed between a call and its commit leaves the instruction unsettled; a newer one may overtake it
then, although the vendor has already done it. So where an account differs and there was an outage, the model is
asked again with some of the overtaken instructions carried out first, as a whole or in part.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING

from streams.demo.model import expect
from streams.demo.order import changes, repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from streams.demo.check import Found
    from streams.demo.model import Expected, World
    from streams.demo.model.expect import LegKey

_MOST = 5
Who = tuple[str, str]
"""(subject_id, vendor)"""


def settle_doubts(expected: Expected, found: Found, world: World) -> None:
    """For each account that differs, take the first expectation that fits, of those that may be."""
    if not found.outages:
        return
    seen = _Seen(found)
    for who in list(expected.accounts):
        keys = _legs_of(expected, who, world)
        if seen.fits(expected, who, keys):
            continue
        mine = [entry for entry in found.log if who[0].encode() in (entry.value or b"")]  # and maybe other people's
        doubtful = {key: expected.legs[key].purposes for key in keys if key in world.overtaken}
        for done in _some(doubtful):
            other = expect(mine, replace(world, done=done))
            if seen.fits(other, who, keys):
                expected.accounts[who] = other.accounts[who]
                expected.legs |= {key: other.legs[key] for key in keys}
                break


class _Seen:
    """What there is, by account and by leg."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._made = changes(found.ledger)
        self._endings = found.tally.by_leg()

    def fits(self, expected: Expected, who: Who, keys: Sequence[LegKey]) -> bool:
        account, state = expected.accounts[who], self._found.vendors.get(who[0], {}).get(who[1])
        if state is None or account.told(state) != account.holds():
            return False
        endings = {key: self._endings.get(key) for key in keys}
        if any(ending is None or ending.made != expected.legs[key].outcome for key, ending in endings.items()):
            return False
        return repeats(self._made.get(who, []), account.steps, self._found.outages) is not None


def _legs_of(expected: Expected, who: Who, world: World) -> list[LegKey]:
    vendors = {name: connection.adapter for name, connection in world.config.connections.items()}
    return [key for key, leg in expected.legs.items() if leg.subject_id == who[0] and vendors[key.lane] == who[1]]


def _some(legs: Mapping[LegKey, frozenset[str]]) -> Iterator[dict[LegKey, frozenset[str]]]:
    """Every way in which the latest of these legs may have been done: not at all, for some purposes, or for all."""
    latest = list(legs)[-_MOST:]
    for ways in product(*([None, *_parts(legs[key])] for key in latest)):
        yield {key: way for key, way in zip(latest, ways, strict=True) if way is not None}


def _parts(purposes: frozenset[str]) -> list[frozenset[str]]:
    """All of them, and every part; of nothing, nothing."""
    sizes = range(len(purposes), 0, -1) if purposes else [0]
    return [frozenset(some) for size in sizes for some in combinations(sorted(purposes), size)]
