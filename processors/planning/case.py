"""One event, as judged: what the making of legs needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.planning.choices import ALL, all_of, rank
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS
from schemas.records import Action, Choice
from schemas.times import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True, slots=True)
class Case:
    """`purposes`: all that the event is about, in the policy's order; `lanes`: those of its controller, by name."""

    event: ConsentEvent
    policy: Policy
    lanes: tuple[Lane, ...]
    action: Action
    moments: Moments
    purposes: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def due_at(self) -> int:
        return self.moments.received_at + INTERNAL_LIMIT

    def outranks(self, standing: Standing, purpose: str, channel: str) -> bool:
        """Whether the event is the newest choice there; among equals it is, so that none of them is lost."""
        other = standing.effective(purpose, channel)
        return other is None or self._rank >= rank(other)

    @property
    def _rank(self) -> tuple[int, bool]:
        return self.moments.occurred_at, self.action != "grant"

    def cells(self) -> list[Choice]:
        """What the event writes into the state. A deletion stands there as a withdrawal of everything."""
        status = "granted" if self.action == "grant" else "withdrawn"
        named = self.event.purposes is not None
        return [
            Choice(
                purpose=purpose,
                channel=channel,
                status=status,
                occurred_at=self.moments.occurred_at,
                event_id=self.event.event_id,
                method=self.event.method,
            )
            for purpose in (self.purposes if named else (all_of(self.event.data_domain),))
            for channel in (self.event.channels or (ALL,))
        ]


def open_case(event: ConsentEvent, policy: Policy, lanes: Sequence[Lane], moments: Moments) -> Case:
    """Read the event's scope by the policy.

    Raises:
        InvalidRecord: another policy or version, or a purpose that this one doesn't have for that kind of data.

    """
    _check_policy(event, policy)
    return Case(
        event=event,
        policy=policy,
        lanes=tuple(sorted((lane for lane in lanes if lane.controller == event.controller), key=lambda x: x.name)),
        action=ACTIONS[event.kind],
        moments=moments,
        purposes=_purposes(event, policy),
        channels=tuple(c for c in CHANNELS if not event.channels or c in event.channels),
    )


def _check_policy(event: ConsentEvent, policy: Policy) -> None:
    if event.policy_id not in (None, policy.id):
        raise InvalidRecord(f"is not the policy that applies here, {policy.id}", field="policy_id")
    if event.policy_version not in (None, policy.version):
        raise InvalidRecord(f"is no version of {policy.id} that we have", field="policy_version")


def _purposes(event: ConsentEvent, policy: Policy) -> tuple[str, ...]:
    known = policy.purposes_of(event.data_domain)
    if not known:
        raise InvalidRecord(f"is no kind of data that {policy.id} {policy.version} knows", field="data_domain")
    if event.purposes is None:
        return known
    for place, purpose in enumerate(event.purposes):
        if purpose not in known:
            text = (
                f"is no purpose of {event.data_domain} in {policy.id} {policy.version}; "
                f"`consent-relay policy show {policy.id}` lists them"
            )
            raise InvalidRecord(text, field=f"purposes.{place}")
    return policy.with_followers(event.purposes)
