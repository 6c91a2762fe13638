"""One event, as judged: what the making of legs needs to know."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.planning.ask import KEPT, asks_under
from processors.planning.choices import ALL, IMPORTS, all_of, rank
from processors.planning.kinds import ERASING, SIGNAL
from processors.planning.timing import timing
from schemas.errors import InvalidRecord
from schemas.periods import end_of
from schemas.state import Choice

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.planning.ask import Ask
    from processors.planning.choices import Standing
    from processors.planning.clock import Moments
    from processors.planning.timing import Timing
    from schemas.events import ConsentEvent
    from schemas.policy import Policy

Cells = frozenset[tuple[str, str]]
"""(purpose, channel)"""


class Case(NamedTuple):
    """One event and what it asks, with its moments as judged and the deadlines that follow from them.

    named: hash of the identities in it.
    """

    event: ConsentEvent
    ask: Ask
    moments: Moments
    timing: Timing
    named: str | None = None

    def newest(self, standing: Standing) -> Cells:
        """Where the event is the choice that counts; among equals it is, so that none of them is lost."""
        every = square(self.ask.purposes, self.ask.channels)
        own = not self.ask.lends
        if own and standing.is_older_than(self.moments.occurred_at):
            return every
        mine = own, self.moments.occurred_at, self.ask.action != "grant"
        others = ((cell, standing.effective(*cell)) for cell in every)
        return frozenset(cell for cell, other in others if other is None or mine >= rank(other))

    def cells(self) -> list[Choice]:
        """What the event writes into the state. A deletion stands there as a withdrawal of everything."""
        status: Literal["granted", "withdrawn"] = "granted" if self.ask.action == "grant" else "withdrawn"
        at, own = self.moments.occurred_at, not self.ask.lends
        event_id, method = self.event.event_id, self.event.method
        ends_at = self.ask.policy.ends_at
        # Under a version that had ended by then, a grant of everything is one of what that version has.
        named = status == "granted" and ends_at is not None and at >= ends_at
        return [
            Choice(purpose, channel, status, at, event_id, method, own)
            for purpose in (self.ask.purposes if named else _written(self.ask))
            for channel in (self.ask.channels if self.event.channels else (ALL,))
        ]


@lru_cache(KEPT)
def _written(ask: Ask) -> tuple[str, ...]:
    if ask.kind.picks:  # what it can't stop stays as it was chosen
        return ask.policy.in_order(ask.reached)
    return (all_of(ask.domain),) if ask.everything else ask.purposes


@lru_cache(KEPT)
def square(purposes: tuple[str, ...], channels: tuple[str, ...]) -> Cells:
    return frozenset(product(purposes, channels))


def open_case(
    event: ConsentEvent,
    policy: Policy,
    lanes: tuple[Lane, ...],
    moments: Moments,
    named: str | None = None,
    *,
    sent_at: int | None = None,
) -> Case:
    """Read the event's scope by the policy.

    sent_at: when it was asked, µs, for the deadlines that count from there; None: when it happened.

    Raises:
        InvalidRecord: another policy or version, a purpose that this one doesn't have for that kind of data, or a
            grant on a basis that it doesn't know.

    """
    _check_policy(event, policy)
    asks = asks_under(policy, lanes)
    laws = asks.scope(event.jurisdiction, event.age)
    sent_at = moments.occurred_at if sent_at is None else sent_at
    deadlines = timing(laws, event.kind, moments.received_at, sent_at, event.channels)
    words = (  # as planning.ask.Words
        event.controller, event.kind, event.data_domain, event.purposes, event.channels, event.jurisdiction,
        event.expressed_by.relation, event.lawful_basis, event.method == SIGNAL, event.method in IMPORTS,
        event.told_by,
    )  # fmt: skip
    if policy.backups is not None and policy.backups.period and event.kind in ERASING:
        ends = end_of(moments.received_at, policy.backups.period)
        deadlines = deadlines._replace(fills={**deadlines.fills, "backup": {"backup_until": ends}})
    return Case(event, asks.ask(words, deadlines.rules), moments, deadlines, named)


def _check_policy(event: ConsentEvent, policy: Policy) -> None:
    if event.policy_id not in (None, policy.id):
        raise InvalidRecord(f"is not the policy that applies here, {policy.id}", field="policy_id")
    if event.policy_version not in (None, policy.version):
        raise InvalidRecord(f"is no version of {policy.id} that we have", field="policy_version")
