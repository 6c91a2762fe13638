"""The demo judges itself: what the model expects against audit, lanes and vendors. Every difference counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streams.demo.model.expect import LegKey
from streams.demo.order import changes, repeats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from schemas.records import Leg
    from streams.demo.model import Entry, Expected
    from streams.demo.model.life import Cell
    from streams.demo.order import Change, Outage
    from streams.demo.tally import Tally


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference. `where`: a vendor, a lane or a topic; `who`: pid of the person, if it is about one."""

    where: str
    who: str | None
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.who})" if self.who else "")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is. vendors: person's key → vendor → state; written: delivery_ids in the lanes' topics.

    log: `consent.events`; acknowledged: how often the broker said that it has a value in a partition.
    in_vain: by (subject_id, vendor), when tries failed that may have been carried out all the same.
    """

    tally: Tally
    vendors: Mapping[str, Mapping[str, Any]]
    ledger: Sequence[Mapping[str, Any]]
    written: Counter[str]
    log: Sequence[Entry] = ()
    acknowledged: Counter[tuple[int, bytes | None]] = field(default_factory=Counter)
    outages: Sequence[Outage] = ()
    in_vain: Mapping[tuple[str, str], Sequence[Outage]] = field(default_factory=dict)

    def outages_of(self, who: tuple[str, str]) -> Sequence[Outage]:
        """In which what the vendor was told of the person, by (subject_id, vendor), may be told again."""
        return [*self.outages, *self.in_vain.get(who, ())]

    @property
    def published(self) -> Counter[tuple[int, bytes | None]]:
        """How often a value stands in a partition of `consent.events`, as it came from outside."""
        return Counter((entry.here.partition, entry.value) for entry in self.log if entry.origin is None)


def differences(expected: Expected, found: Found, pid_of: Callable[[str], str]) -> list[Mismatch]:
    """All differences in either direction; none names a person other than by pid."""
    return [
        *_lost(found),
        *_verdicts(expected, found.tally),
        *_legs(expected, found.tally, pid_of),
        *_lanes(found),
        *_unfounded(expected),
        *_accounts(expected, found, pid_of),
        *_order(expected, found, pid_of),
    ]


def repeated_calls(expected: Expected, found: Found) -> int:
    """How many accepted calls were repeats of one whose outcome was lost in an outage."""
    return sum(
        repeats(made, expected.accounts[who].steps, found.outages_of(who)) or 0
        for who, made in changes(found.ledger).items()
        if who in expected.accounts
    )


def _lost(found: Found) -> Iterator[Mismatch]:
    for (partition, _), times in (found.acknowledged - found.published).items():
        yield Mismatch("consent.events", None, f"{times} acknowledged in partition {partition} and not there")


def _verdicts(expected: Expected, tally: Tally) -> Iterator[Mismatch]:
    for place in sorted(expected.verdicts.keys() | tally.verdicts.keys()):
        want, got = expected.verdicts.get(place), tally.verdicts.get(place)
        same_kind = want is not None and got is not None and want.kind == got.kind
        if not same_kind or (want and got and want.kind == "rejected" and want.reason != got.reason):
            yield Mismatch("audit", None, f"{place} should be {want or 'nowhere'}, is {got or 'missing'}")
    for place in sorted(expected.forwarded ^ tally.forwarded):
        yield Mismatch("audit", None, f"{place} is forwarded by one of model and relay only")
    for place, more in sorted(tally.double.items()):
        yield Mismatch("audit", None, f"{place} was judged {more + 1} times")


def _legs(expected: Expected, tally: Tally, pid_of: Callable[[str], str]) -> Iterator[Mismatch]:
    missing = dict(expected.legs)
    for delivery_id, due in tally.dues.items():
        want = missing.pop(LegKey(due.event_id, due.lane, due.leg.action or "delete"), None)
        ending = tally.ending(delivery_id)
        about = f"{due.leg.action} of event {due.event_id}"
        if want is None:
            yield Mismatch(due.lane, due.pid, f"{about} is not due")
            continue
        if pid_of(want.subject_id) != due.pid:
            yield Mismatch(due.lane, due.pid, f"{about} belongs to somebody else")
        if due.leg.action != "delete" and (_cells(due.leg), due.leg.all_purposes) != (want.cells, want.everything):
            yield Mismatch(due.lane, due.pid, f"{about} has another scope: {_differing(due.leg, want.cells)}")
        if ending is None or ending.made != want.outcome:
            outcome = ending.outcome if ending else "nothing"
            yield Mismatch(due.lane, due.pid, f"{about} should end as {want.outcome}, not {outcome}")
        if ending and ending.conflicts:
            yield Mismatch(due.lane, due.pid, f"{about} has {ending.conflicts} finals that contradict the first")
        if ending and ending.repeats:
            yield Mismatch(due.lane, due.pid, f"{about} was settled {ending.repeats + 1} times")
    for key, leg in missing.items():
        yield Mismatch(key.lane, pid_of(leg.subject_id), f"{key.action} of event {key.event_id} was never due")


def _cells(leg: Leg) -> frozenset[Cell]:
    gone = {(cell.purpose, cell.channel) for cell in leg.overtaken}
    return frozenset((p, c) for p in leg.purposes for c in leg.channels) - gone


def _differing(leg: Leg, want: frozenset[Cell]) -> str:
    return ", ".join(f"{purpose} on {channel}" for purpose, channel in sorted(_cells(leg) ^ want)) or "all purposes"


def _lanes(found: Found) -> Iterator[Mismatch]:
    """What stands in the lanes' topics is what the audit says was planned, once each."""
    for delivery_id, times in found.written.items():
        if delivery_id not in found.tally.dues:
            yield Mismatch("lanes", None, f"delivery {delivery_id} was never planned")
        elif times > 1:
            yield Mismatch("lanes", None, f"delivery {delivery_id} was written {times} times")
    for delivery_id in found.tally.dues.keys() - found.written.keys():
        yield Mismatch("lanes", None, f"delivery {delivery_id} was planned and never written")
    for delivery_id in found.tally.strays():
        yield Mismatch("audit", None, f"delivery {delivery_id} has an outcome and was never planned")


def _unfounded(expected: Expected) -> Iterator[Mismatch]:
    for key in expected.unfounded:
        yield Mismatch(key.lane, None, f"{key.action} of event {key.event_id} was overtaken by nothing newer")


def _accounts(expected: Expected, found: Found, pid_of: Callable[[str], str]) -> Iterator[Mismatch]:
    for (subject_id, vendor), account in expected.accounts.items():
        state = found.vendors.get(subject_id, {}).get(vendor)
        want, got = account.holds(), account.told(state) if state is not None else {}
        if want != got:
            named = sorted(name for name in want.keys() | got.keys() if want.get(name) != got.get(name))
            text = "; ".join(f"{name} should be {want.get(name)}, is {got.get(name)}" for name in named)
            yield Mismatch(vendor, pid_of(subject_id), text)


def _order(expected: Expected, found: Found, pid_of: Callable[[str], str]) -> Iterator[Mismatch]:
    done = changes(found.ledger)
    strangers = Counter(vendor for person, vendor in done if (person, vendor) not in expected.accounts)
    for vendor, count in strangers.items():
        yield Mismatch(vendor, None, f"{count} calls about people whom nobody has heard of")
    for (subject_id, vendor), account in expected.accounts.items():
        made = done.get((subject_id, vendor), [])
        if repeats(made, account.steps, found.outages_of((subject_id, vendor))) is None:
            steps = ", ".join(f"({_told(sorted(step))})" for step in account.steps) or "nothing"
            text = f"was told {_told([call.change for call in made])}; should have been {steps}"
            yield Mismatch(vendor, pid_of(subject_id), text)


def _told(made: Sequence[Change]) -> str:
    return ", ".join(f"{effect} {purpose}".strip() for effect, purpose in made) or "nothing"
