"""One event, as judged: what the making of legs needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from processors.planning.choices import ALL, LIST, all_of, rank
from processors.planning.kinds import ERASING, SIGNAL, kind_of
from processors.planning.laws import scope_at
from processors.planning.timing import timing
from processors.reckoning.scope import scope
from schemas.contract import maker
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS
from schemas.periods import end_of
from schemas.state import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.lane import Lane
    from processors.planning.choices import Standing
    from processors.planning.clock import Moments
    from processors.planning.kinds import Kind
    from processors.planning.timing import Rule, Rules, Timing
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.policy.rows import Trait
    from schemas.records import Action

KEPT = 1024
"""How many answers are kept of each question that only depends on policy, lanes and scope: many events share them."""
MOST_ASKS = 64
_choice_of = maker(Choice)
Cells = frozenset[tuple[str, str]]
"""(purpose, channel)"""
Laws = frozenset[str]
Words = tuple[str, str, str, tuple[str, ...] | None, tuple[str, ...], str | None, str, bool]
"""Controller, kind, kind of data, purposes, channels, jurisdiction, who says it, if by signal: what an event asks."""
APART: Trait = "sensitive"
"""The trait of purposes that need a consent of their own."""


@dataclass(frozen=True, eq=False)
class Ask:
    """What an event asks, whoever sent it and when: what one ask leads to is worked out once.

    Events that ask the same share one ask, known by its identity: comparing all of it would take its time.
    name: of the kind. purposes: all it is about, in the policy's order; reached: those that it can stop or start;
    refused: those that need a consent of their own and were named among others. lanes: those of its
    controller, by name; everything: the person named no purpose. rules: of its deadlines.
    """

    policy: Policy
    lanes: tuple[Lane, ...]
    name: str
    kind: Kind
    purposes: tuple[str, ...]
    reached: frozenset[str]
    refused: tuple[str, ...]
    channels: tuple[str, ...]
    domain: str
    jurisdiction: str | None
    relation: str
    everything: bool
    laws: Laws
    rules: Rules

    @property
    def action(self) -> Action:
        return self.kind.action or "withdraw"

    @property
    def rule(self) -> Mapping[str, Rule]:
        """By duty."""
        return self.rules.of

    @cached_property
    def is_foreign(self) -> bool:
        """Whether it asks a processor for what only its customer can order."""
        return self.role == "processor" and self.relation not in CUSTOMERS

    @cached_property
    def role(self) -> str:
        """In which the company handles this kind of data."""
        return next(domain.role for domain in self.policy.domains if domain.id == self.domain)


CUSTOMERS = frozenset({"customer", "employer", "representative"})
"""Who can speak for the company whose data a processor handles."""


class Case(NamedTuple):
    """One event and what it asks, with its moments as judged and the deadlines that follow from them."""

    event: ConsentEvent
    ask: Ask
    moments: Moments
    timing: Timing

    def newest(self, standing: Standing) -> Cells:
        """Where the event is the newest choice; among equals it is, so that none of them is lost."""
        every = square(self.ask.purposes, self.ask.channels)
        grants = self.ask.action == "grant"
        own = not grants or self.event.method != LIST
        if own and standing.is_older_than(self.moments.occurred_at):
            return every
        mine = own, self.moments.occurred_at, not grants
        others = ((cell, standing.effective(*cell)) for cell in every)
        return frozenset(cell for cell, other in others if other is None or mine >= rank(other))

    def cells(self) -> list[Choice]:
        """What the event writes into the state. A deletion stands there as a withdrawal of everything."""
        common = {
            "status": "granted" if self.ask.action == "grant" else "withdrawn",
            "occurred_at": self.moments.occurred_at,
            "event_id": self.event.event_id,
            "method": self.event.method,
            "own": True,
        }
        return [
            _choice_of({**common, "purpose": purpose, "channel": channel})
            for purpose in _written(self.ask)
            for channel in (self.ask.channels if self.event.channels else (ALL,))
        ]


@lru_cache(KEPT)
def _written(ask: Ask) -> tuple[str, ...]:
    """A cell of all purposes says nothing of those that need a consent of their own, so they get their own."""
    if ask.kind.picks:  # what it can't stop stays as it was chosen
        return ask.policy.in_order(ask.reached)
    if not ask.everything:
        return ask.purposes
    apart = ask.policy.with_trait(APART) if ask.action != "grant" else ()
    return (all_of(ask.domain), *(p for p in apart if p in ask.purposes))


@lru_cache(KEPT)
def square(purposes: tuple[str, ...], channels: tuple[str, ...]) -> Cells:
    return frozenset(product(purposes, channels))


def open_case(event: ConsentEvent, policy: Policy, lanes: tuple[Lane, ...], moments: Moments) -> Case:
    """Read the event's scope by the policy.

    Raises:
        InvalidRecord: another policy or version, or a purpose that this one doesn't have for that kind of data.

    """
    _check_policy(event, policy)
    asks = _asks(policy, lanes)
    laws = asks.scope(event.jurisdiction, event.age)
    deadlines = timing(laws, event.kind, moments.received_at, moments.occurred_at, event.channels)
    words = (
        event.controller, event.kind, event.data_domain, event.purposes, event.channels, event.jurisdiction,
        event.expressed_by.relation, event.method == SIGNAL,
    )  # fmt: skip
    if policy.backups is not None and policy.backups.period and event.kind in ERASING:
        ends = end_of(moments.received_at, policy.backups.period)
        deadlines = deadlines._replace(fills={**deadlines.fills, "backup": {"backup_until": ends}})
    return Case(event, asks.ask(words, deadlines.rules), moments, deadlines)


class _Asks:
    """What was asked under a policy with these lanes. Both are known by their identity: comparing takes its time."""

    def __init__(self, policy: Policy, lanes: tuple[Lane, ...]) -> None:
        self.about = policy, lanes
        self.scope = lru_cache(KEPT)(partial(scope_at, policy))
        self.ask = lru_cache(KEPT)(partial(_ask, policy, lanes))


_known: dict[tuple[int, int], _Asks] = {}


def _asks(policy: Policy, lanes: tuple[Lane, ...]) -> _Asks:
    found = _known.get((id(policy), id(lanes)))
    if found is None:
        if len(_known) >= MOST_ASKS:
            _known.clear()
        found = _known[id(policy), id(lanes)] = _Asks(policy, lanes)
    return found


def _ask(policy: Policy, lanes: tuple[Lane, ...], words: Words, rules: Rules) -> Ask:
    controller, name, domain, named, channels, jurisdiction, relation, signalled = words
    kind = kind_of(name, signalled=signalled)
    about = _purposes(policy, domain, named)
    reached = frozenset(p for p in about if kind.reaches(policy, policy.by_purpose[p]))
    refused = _refused(policy, about, named) if name == "consent.granted" else ()
    if kind.picks and named is None:
        about = policy.in_order(reached)
    return Ask(
        policy=policy,
        lanes=_lanes(lanes, controller),
        name=name,
        kind=kind,
        purposes=tuple(p for p in about if p not in refused),
        reached=reached.difference(refused),
        refused=refused,
        channels=tuple(channel for channel in CHANNELS if not channels or channel in channels),
        domain=domain,
        jurisdiction=jurisdiction,
        relation=relation,
        everything=named is None and not kind.picks,
        laws=frozenset(scope(policy.regimes, jurisdiction).regimes),
        rules=rules,
    )


def _refused(policy: Policy, about: tuple[str, ...], named: tuple[str, ...] | None) -> tuple[str, ...]:
    """What needs a consent of its own isn't granted by one about something else, too."""
    apart = {p for p in about if APART in policy.by_purpose[p].traits}
    return () if named is not None and apart.issuperset(named) else policy.in_order(apart)


def _lanes(lanes: tuple[Lane, ...], controller: str) -> tuple[Lane, ...]:
    return tuple(sorted((lane for lane in lanes if lane.controller == controller), key=lambda lane: lane.name))


def _check_policy(event: ConsentEvent, policy: Policy) -> None:
    if event.policy_id not in (None, policy.id):
        raise InvalidRecord(f"is not the policy that applies here, {policy.id}", field="policy_id")
    if event.policy_version not in (None, policy.version):
        raise InvalidRecord(f"is no version of {policy.id} that we have", field="policy_version")


def _purposes(policy: Policy, domain: str, named: tuple[str, ...] | None) -> tuple[str, ...]:
    known = policy.purposes_of(domain)
    if not known:
        raise InvalidRecord(f"is no kind of data that {policy.id} {policy.version} knows", field="data_domain")
    if named is None:
        return known
    for place, purpose in enumerate(named):
        if purpose not in known:
            text = (
                f"is no purpose of {domain} in {policy.id} {policy.version}; "
                f"`consent-relay policy show {policy.id}` lists them"
            )
            raise InvalidRecord(text, field=f"purposes.{place}")
    return policy.with_followers(named)
