"""What becomes of a withdrawal of everything and of a deletion at each system that a policy names: planned, not told.

Each adapter that is for a system is taken as connected to it, with its example's options.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from processors.lane import Lane
from processors.plan import plan
from processors.switches import APART
from processors.vendors.base import VENDORS
from schemas.events import ConsentEvent
from schemas.policy import policies
from schemas.state import SubjectState
from schemas.systems import systems
from schemas.times import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from processors.vendors.base import Vendor
    from schemas.policy import Policy
    from schemas.records import Leg
    from schemas.systems import System

WHERE = "EEA"
_AT = "2026-06-15T12:00:00Z"
Asked = Literal["consent.withdrawn", "deletion.requested"]
Place = tuple[str, str | None]
"""A recipient, and the adapter whose connection serves it; None: none does."""


@dataclass(frozen=True, slots=True)
class Covered:
    """adapter: None: there is none. Legs None: such an event is about nothing that the policy sends there.

    is_reviewed: a person looks at a deletion first, as neither the policy nor a law gives a right to it here.
    """

    policy: Policy
    recipient: str
    adapter: type[Vendor] | None
    withdrawal: Leg | None
    deletion: Leg | None
    is_reviewed: bool

    @property
    def system(self) -> System | None:
        """What is known of one without an adapter."""
        return None if self.adapter else systems().by_recipient.get(self.recipient)


def covered() -> Iterator[Covered]:
    """All systems of the newest version of each policy, in its order; one for each adapter that is for it."""
    newest = {policy.id: policy for policy in policies()}
    for name in sorted(newest):
        yield from _of(newest[name])


def _of(policy: Policy) -> Iterator[Covered]:
    places = list(_places(policy))
    lanes = tuple(_lane(policy, recipient, adapter) for recipient, adapter in places if adapter is not None)
    withdrawn = _at_places(_legs(policy, lanes, "consent.withdrawn"))
    deleted = _at_places(_legs(policy, lanes, "deletion.requested"))
    is_reviewed = any(leg.task == "review" for leg in _legs(policy, lanes, "deletion.requested", decides=False))
    for recipient, adapter in places:
        withdrawal, deletion = (_at(legs, recipient, adapter) for legs in (withdrawn, deleted))
        yield Covered(policy, recipient, adapter, withdrawal, deletion, is_reviewed)


def _at(legs: Mapping[Place, Leg], recipient: str, adapter: type[Vendor] | None) -> Leg | None:
    """What is no lane's stands under nobody's name."""
    nobodys = legs.get((recipient, None))
    return nobodys if adapter is None else legs.get((recipient, adapter.name), nobodys)


def _places(policy: Policy) -> Iterator[tuple[str, type[Vendor] | None]]:
    for recipient in policy.recipients:
        # To whom a link leads people, nobody gives anything, whoever could be told.
        may_tell = recipient.reach != "link_out"
        found = [VENDORS[name] for name in sorted(VENDORS) if may_tell and VENDORS[name].is_for(recipient.id)]
        yield from ((recipient.id, adapter) for adapter in found or (None,))


def _lane(policy: Policy, recipient: str, adapter: type[Vendor]) -> Lane:
    vendor = adapter(adapter.options_type.model_validate(adapter.example))
    return Lane(
        name=f"{recipient} {adapter.name}",
        controller=policy.id,
        vendor=adapter.name,
        serves=frozenset({recipient}),
        regions=None,
        channels=vendor.channels,
        switches=APART,
        actions=frozenset(vendor.can),
    )


def _legs(policy: Policy, lanes: tuple[Lane, ...], kind: Asked, *, decides: bool = True) -> Iterator[Leg]:
    """decides: it is what somebody made of a request after looking at it, where that is needed."""
    for domain in policy.domains:
        event = _event(policy, kind, domain.id, decides=decides)
        state = SubjectState(pid="p1.nobody", controller=policy.id)
        yield from plan(event, state, policy, lanes, event.occurred_at, "").legs


def _at_places(legs: Iterable[Leg]) -> Mapping[Place, Leg]:
    """Of several legs at a place the one that does most."""
    found: dict[Place, list[Leg]] = defaultdict(list)
    for leg in legs:
        for recipient in (leg.recipient or "").split("+"):
            found[recipient, leg.vendor].append(leg)
    return {place: _strongest(several) for place, several in found.items()}


def _strongest(legs: Iterable[Leg]) -> Leg:
    return min(legs, key=lambda leg: ("delivery", "task", "none").index(leg.kind))


def _event(policy: Policy, kind: Asked, domain: str, *, decides: bool) -> ConsentEvent:
    """By the person; of what a company holds for its customer, by that one."""
    relation = "customer" if domain == "service_data" else "self"
    return ConsentEvent.parse(
        {
            "event_id": str(UUID(int=1)),
            "kind": kind,
            "controller": policy.id,
            "subject_id": "anybody",
            "data_domain": domain,
            "jurisdiction": WHERE,
            "expressed_by": {"relation": relation},
            "method": "web_form",
            "occurred_at": to_micros(_AT),
            "published_by": "docs",
            "supersedes": str(UUID(int=2)) if decides else None,
        }
    )
