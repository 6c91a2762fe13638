"""What nobody can know from the audit alone: whether a vendor was told of an instruction whose outcome was lost.

A worker that is killed between a call and its commit leaves the instruction unsettled, and so does a call without an
answer in time; a newer one may overtake it then, although the vendor has already done it. So where an account differs
and there was an outage, or a try in vain, the model is asked again with some of the overtaken instructions done
first, as a whole or in part: those that the vendor's ledger has a call for, from between planning and end.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, islice, product
from typing import TYPE_CHECKING

from schemas.times import SECOND
from streams.demo.model import expect
from streams.demo.order import changes, repeats
from streams.demo.tally import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from streams.demo.check import Found
    from streams.demo.model import Expected, World
    from streams.demo.model.expect import LegKey
    from streams.demo.tally import Due, Ending

_MOST = 5000
"""Expectations that are tried for one account."""
_CLOCKS = SECOND // 5
"""How far apart the moments of a worker and a vendor may be noted, µs."""
Who = tuple[str, str]
"""(subject_id, vendor)"""


def settle_doubts(expected: Expected, found: Found, world: World) -> None:
    """For each account that differs, take the first expectation that fits, of those that may be."""
    seen = _Seen(found)
    for who in [who for who in expected.accounts if found.outages_of(who)]:
        keys = _legs_of(expected, who, world)
        if seen.fits(expected, who, keys):
            continue
        mine = [entry for entry in found.log if who[0].encode() in (entry.value or b"")]  # and maybe other people's
        ways = {key: seen.ways(who, key, expected.legs[key].purposes) for key in keys if key in world.overtaken}
        for done in islice(_some(ways), _MOST):
            other = expect(mine, replace(world, done={**world.done, **done}))
            if seen.fits(other, who, keys):
                expected.accounts[who] = other.accounts[who]
                expected.legs |= {key: other.legs[key] for key in keys}
                break


class _Seen:
    """What there is, by account and by leg."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._made = changes(found.ledger)
        self._told = {key_of(due): (due, ending) for due, ending in found.tally.endings()}

    def fits(self, expected: Expected, who: Who, keys: Sequence[LegKey]) -> bool:
        account, state = expected.accounts[who], self._found.vendors.get(who[0], {}).get(who[1])
        if (account.told(state) if state is not None else {}) != account.holds():
            return False
        if any(self._made_of(key) != expected.legs[key].outcome for key in keys):
            return False
        return repeats(self._made.get(who, []), account.steps, self._found.outages_of(who)) is not None

    def ways(self, who: Who, key: LegKey, purposes: frozenset[str]) -> list[frozenset[str]]:
        """For which of its purposes the vendor may have been told of a leg before it was overtaken."""
        due, ending = self._told.get(key, (None, None))
        if due is None or ending is None:
            return []
        named = {one.change[1] for one in self._made.get(who, ()) if _is_between(due, one.at, ending)}
        whole = [purposes] if named & {"", "*"} else []  # changes that name no purpose
        return list(dict.fromkeys((*whole, *_parts(purposes & named))))

    def _made_of(self, key: LegKey) -> str | None:
        _, ending = self._told.get(key, (None, None))
        return ending.made if ending else None


def _is_between(due: Due, called: int, ending: Ending) -> bool:
    return due.since - _CLOCKS <= called <= ending.at + _CLOCKS


def _legs_of(expected: Expected, who: Who, world: World) -> list[LegKey]:
    vendors = {name: connection.adapter for name, connection in world.config.connections.items()}
    return [key for key, leg in expected.legs.items() if leg.subject_id == who[0] and vendors[key.lane] == who[1]]


def _some(ways: Mapping[LegKey, Sequence[frozenset[str]]]) -> Iterator[dict[LegKey, frozenset[str]]]:
    """Every choice of legs that may have been done, few before many, each in one of its ways."""
    possible = {key: some for key, some in ways.items() if some}
    for size in range(1, len(possible) + 1):
        for keys in combinations(possible, size):
            for each in product(*(possible[key] for key in keys)):
                yield dict(zip(keys, each, strict=True))


def _parts(purposes: frozenset[str]) -> list[frozenset[str]]:
    """All of them, and every part but nothing."""
    sizes = range(len(purposes), 0, -1)
    return [frozenset(some) for size in sizes for some in combinations(sorted(purposes), size)]
