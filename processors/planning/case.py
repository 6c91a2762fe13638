"""One event, as judged: what the making of legs needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from processors.planning.choices import ALL, all_of, rank
from schemas.contract import maker
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS
from schemas.records import Action, Choice
from schemas.times import DAY

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.planning.choices import Standing
    from processors.planning.clock import Moments
    from schemas.events import ConsentEvent
    from schemas.policy import Policy

ACTIONS: dict[str, Action] = {
    "consent.granted": "grant",
    "consent.withdrawn": "withdraw",
    "deletion.requested": "delete",
}
"""The kinds that are planned so far, and what each asks of a vendor."""

INTERNAL_LIMIT = 30 * DAY
"""Our own target, no law's: it holds until deadlines come with the policy."""
INTERNAL_RULE = "internal.30d"
KEPT = 1024
"""How many answers are kept of each question that only depends on policy, lanes and scope: many events share them."""
_choice_of = maker(Choice)
Cells = frozenset[tuple[str, str]]
"""(purpose, channel)"""
Words = tuple[str, str, str, tuple[str, ...] | None, tuple[str, ...], str | None]
"""Controller, kind, kind of data, purposes, channels, jurisdiction: what an event asks, as it says it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What an event asks, whoever sent it and when: what one ask leads to is worked out once.

    Events that ask the same share one ask, known by its identity: comparing all of it would take its time.
    purposes: all that it is about, in the policy's order; lanes: those of its controller, by name; everything: the
    person named no purpose.
    """

    policy: Policy
    lanes: tuple[Lane, ...]
    action: Action
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    domain: str
    jurisdiction: str | None
    everything: bool


class Case(NamedTuple):
    """One event and what it asks, with its moments as judged."""

    event: ConsentEvent
    ask: Ask
    moments: Moments

    @property
    def due_at(self) -> int:
        return self.moments.received_at + INTERNAL_LIMIT

    def newest(self, standing: Standing) -> Cells:
        """Where the event is the newest choice; among equals it is, so that none of them is lost."""
        every = square(self.ask.purposes, self.ask.channels)
        if standing.is_older_than(self.moments.occurred_at):
            return every
        mine = self.moments.occurred_at, self.ask.action != "grant"
        others = ((cell, standing.effective(*cell)) for cell in every)
        return frozenset(cell for cell, other in others if other is None or mine >= rank(other))

    def cells(self) -> list[Choice]:
        """What the event writes into the state. A deletion stands there as a withdrawal of everything."""
        common = {
            "status": "granted" if self.ask.action == "grant" else "withdrawn",
            "occurred_at": self.moments.occurred_at,
            "event_id": self.event.event_id,
            "method": self.event.method,
        }
        return [
            _choice_of({**common, "purpose": purpose, "channel": channel})
            for purpose in ((all_of(self.ask.domain),) if self.ask.everything else self.ask.purposes)
            for channel in (self.ask.channels if self.event.channels else (ALL,))
        ]


@lru_cache(KEPT)
def square(purposes: tuple[str, ...], channels: tuple[str, ...]) -> Cells:
    return frozenset(product(purposes, channels))


def open_case(event: ConsentEvent, policy: Policy, lanes: tuple[Lane, ...], moments: Moments) -> Case:
    """Read the event's scope by the policy.

    Raises:
        InvalidRecord: another policy or version, or a purpose that this one doesn't have for that kind of data.

    """
    _check_policy(event, policy)
    words = event.controller, event.kind, event.data_domain, event.purposes, event.channels, event.jurisdiction
    return Case(event, _ask(policy, lanes, words), moments)


@lru_cache(KEPT)
def _ask(policy: Policy, lanes: tuple[Lane, ...], words: Words) -> Ask:
    controller, kind, domain, purposes, channels, jurisdiction = words
    return Ask(
        policy=policy,
        lanes=_lanes(lanes, controller),
        action=ACTIONS[kind],
        purposes=_purposes(policy, domain, purposes),
        channels=tuple(channel for channel in CHANNELS if not channels or channel in channels),
        domain=domain,
        jurisdiction=jurisdiction,
        everything=purposes is None,
    )


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
