"""Whether a connection's ledger of one person can be read as the instructions that were planned, in their order.

What is allowed: the calls of each instruction stand together, each instruction whole before the next one's first
call, none before it was planned or after it was settled; one may be skipped if it asks nothing of that vendor or
something newer overtook it. A call may be made once more within its instruction if the outcome of the first was lost,
a try was counted that failed, or the vendor asked to wait meanwhile. For the first two reasons there may be calls of
what was overtaken since, as a whole or in part. Nothing of an older one ever follows a newer one. Where outages are
strict no try that failed is an excuse for a repeat, and what was repeated is noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from checker.delivery import SUPERSEDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.adapters import Account, Asked, Change
    from checker.delivery import Delivery
    from checker.ledger import Call
    from checker.outages import Outages

DONE = frozenset({"accepted", "executed", "verified", "no_match", "manual_task", "client_signal"})


class Reading(NamedTuple):
    """One way to read a ledger so far. place: of the instruction whose calls these are; before: the account then.

    lost: when calls were made that were made once more, µs; noted only where outages are strict.
    """

    place: int
    before: Account
    made: frozenset[Call]
    lost: tuple[int, ...] = ()


class Read(NamedTuple):
    """wrong: what is wrong with a person's calls, if anything; lost: of the reading with the fewest repeats."""

    wrong: str | None
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One person at one connection: what it was to be told, in the order of the plan."""

    told: Sequence[Delivery]
    opened: Account
    outages: Outages

    def read(self, calls: Sequence[Call]) -> Read:
        account, readings = self.opened, {Reading(-1, self.opened, frozenset())}
        for number, call in enumerate(calls):
            readings = {after for before in readings for after in self._next(before, call, account)}
            if not readings:
                where = f"call {number + 1} of {len(calls)} is out of order or once too often"
                return Read(f"{where}: {self._in_words(calls)}")
            account = account.after(call.change)
        if ends := [one.lost for one in readings if self._is_end(one, account)]:
            return Read(None, min(ends, key=len))
        return Read(f"its {len(calls)} calls don't amount to what is said to be done: {self._in_words(calls)}")

    def _in_words(self, calls: Sequence[Call]) -> str:
        """All that was read, as the run's directory may be gone by the time somebody wonders: it names nobody."""
        made = ", ".join(f"{' '.join(call.change).strip()} {call.at}" for call in calls)
        said = ", ".join(f"{one.key.action} {one.made} by {one.settled_at} (tries {one.tries})" for one in self.told)
        return f"{made}; said: {said}"

    def _next(self, before: Reading, call: Call, account: Account) -> Iterator[Reading]:
        if before.place >= 0:
            yield from self._again(before, call)
            if not _is_whole(self.told[before.place], before.before, before.made):
                return
        for place in range(before.place + 1, len(self.told)):
            one = self.told[place]
            if self._may_make(one, account, call):
                yield Reading(place, account, frozenset({call}), before.lost)
            if not _is_whole(one, account):
                return

    def _again(self, before: Reading, call: Call) -> Iterator[Reading]:
        """As one more call of the instruction where the reading stands."""
        one = self.told[before.place]
        same = {other for other in before.made if other.change == call.change}
        may_repeat = self._failed_before(one, call) or all(self.outages.excuse(other.at, call.at) for other in same)
        if may_repeat and self._may_make(one, before.before, call):
            noted = tuple(other.at for other in same) if self.outages.strict else ()
            yield before._replace(made=before.made - same | {call}, lost=before.lost + noted)

    def _failed_before(self, one: Delivery, call: Call) -> bool:
        """Whether a try that failed may be the reason; its count may have been lost as well."""
        tried = one.tries > 1 or self.outages.may_lose(call.at)
        return one.cycle > one.begins or (tried and not self.outages.strict)

    def _may_make(self, one: Delivery, account: Account, call: Call) -> bool:
        if not self.outages.is_between(one.planned_at, call.at, one.settled_at):
            return False
        if one.made != SUPERSEDED and call.change in _asked(one, account).changes:
            return True
        if call.change not in _ever_asked(one, account):
            return False
        return one.tries > (one.made in DONE) or self.outages.may_lose(call.at)

    def _is_end(self, reading: Reading, account: Account) -> bool:
        begun = reading.place < 0 or _is_whole(self.told[reading.place], reading.before, reading.made)
        return begun and all(_is_whole(one, account) for one in self.told[reading.place + 1 :])


def _is_whole(one: Delivery, before: Account, made: frozenset[Call] = frozenset()) -> bool:
    """Whether these calls, or none, are all that its outcome says."""
    if one.made not in DONE:
        return True
    asked = _asked(one, before)
    changes: frozenset[Change] = frozenset(call.change for call in made)
    return asked.outcome == one.made and asked.changes <= changes


def _asked(one: Delivery, account: Account) -> Asked:
    """What it asked of the vendor as it was carried out."""
    purposes = frozenset(purpose for purpose, _ in one.left)
    return account.asked(one.key.action, purposes, everything=one.everything and one.left == one.scope)


def _ever_asked(one: Delivery, account: Account) -> frozenset[Change]:
    """What it may have asked before something newer overtook it, or more of it."""
    purposes = frozenset(purpose for purpose, _ in one.scope)
    ways = (account.asked(one.key.action, purposes, everything=one.everything and whole) for whole in (True, False))
    return frozenset(change for way in ways for change in way.changes)
