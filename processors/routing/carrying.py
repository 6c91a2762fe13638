"""From the legs of a plan to the deliveries that carry them out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from processors.planning.ask import KEPT
from processors.planning.legs import TOLD
from processors.planning.routes import UNBOUND
from schemas.drafts import Draft, Series
from schemas.records import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.plan import Plan
    from processors.planning.reopening import Reopened
    from schemas.policy import Policy
    from schemas.records import Leg

REOPENED = 1
"""The cycle of a leg that a hold had kept back: it begins at most once more."""
HOLD_LIFTED = "hold_lifted"
"""Why it begins anew."""
NO_NAMES: Mapping[str, tuple[bytes, ...]] = {}
_OF_THE_EVENT = (
    "delivery_id",
    "event_id",
    "pid",
    "sealed",
    "received_at",
    "due_at",
    "occurred_at",
    "origin",
    "names",
)
_OF_THE_LEG = ("lane", "action", "purposes", "channels", "all_purposes", "overtaken", "rule")


@lru_cache(KEPT)
def sorted_out(
    legs: tuple[Draft[Leg], ...], controller: str, policy: Policy
) -> tuple[tuple[Draft[Delivery], ...], int]:
    """The deliveries among these legs, drafted; and how many recipients nobody has connected."""
    unbound = sum(leg.values["outcome"] == UNBOUND for leg in legs)
    drafts = [_draft(leg.values, controller, policy, 0) for leg in legs if _is_heard(leg.values)]
    return tuple(drafts), unbound


def _is_heard(leg: Mapping[str, Any]) -> bool:
    """Whether its lane is told of it."""
    return bool(leg["kind"] == "delivery" or leg["reason"] == TOLD)


def _draft(leg: Mapping[str, Any], controller: str, policy: Policy, cycle: int) -> Draft[Delivery]:
    about = {name: leg[name] for name in _OF_THE_LEG} | {"rule": leg["rule"] or "", "told": leg["reason"] == TOLD}
    return Draft(Delivery, _OF_THE_EVENT, cycle=cycle, controller=controller, policy=policy.ref, **about)


def deliveries(
    made: Plan,
    drafts: tuple[Draft[Delivery], ...],
    common: dict[str, Any],
    controller: str,
    policy: Policy,
    *,
    older: Mapping[str, tuple[bytes, ...]] = NO_NAMES,
    granted: Mapping[str, Any] | None = None,
) -> Series[Delivery]:
    """First what begins anew, of its own event; then one per leg that goes to a lane, each by its own deadline.

    common: what all have of this event, in the contract's order. Those with one deadline share one mapping.
    older: event_id of what begins anew → the `names` of its deliveries. granted: of grants in place of `common`.
    """
    again = [one for one in made.reopened if one.leg.kind == "delivery"]
    ids = [one.leg.delivery_id for one in again]
    fills: list[Mapping[str, Any]] = [_of_older(one, common, older) for one in again]
    known: dict[tuple[bool, int], Mapping[str, Any]] = {}
    for draft, delivery_id, fill in zip(made.legs.drafts, made.legs.ids, made.legs.fills, strict=True):
        if _is_heard(draft.values):
            due_at = fill.get("due_at", common["received_at"])
            ids.append(delivery_id)
            of = granted if granted is not None and draft.values["action"] == "grant" else common
            key = (of is granted, due_at)
            fills.append(known.get(key) or known.setdefault(key, {**of, "due_at": due_at}))
    anew = tuple(_draft(asdict(one.leg), controller, policy, REOPENED) for one in again)
    return Series((*anew, *drafts), ids, fills)


def _of_older(one: Reopened, common: dict[str, Any], older: Mapping[str, tuple[bytes, ...]]) -> dict[str, Any]:
    of = one.of
    return {
        **common,
        "event_id": of.event_id,
        "sealed": of.sealed,
        "received_at": of.received_at,
        "due_at": one.leg.due_at,
        "occurred_at": of.occurred_at,
        "names": older.get(of.event_id, ()),
    }
