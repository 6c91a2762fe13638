"""Which words of the audit end a leg, which of them contradict each other, and which are an exception."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from processors.vendors.base import VENDORS

if TYPE_CHECKING:
    from schemas.request import RequestLeg

RUNGS = ("accepted", "executed", "verified")
DONE, CANCELLED, RETAINED = "done", "cancelled", "retained"
_ENDS = frozenset({
    "no_match", RETAINED, "client_signal", "config_evidence", "terminated_product", "delegated_to",
    "not_applicable", "superseded", CANCELLED, "failed", DONE,
})  # fmt: skip
_SAME = frozenset({*RUNGS, "no_match", DONE})
"""Each says that the recipient does what was asked of it."""
_FULFILLED = _SAME | {"superseded"}
_FULFILLED_UNLESS_DELETED = frozenset({"not_applicable", "client_signal", "config_evidence", "delegated_to"})
_KEEPS = "basis"
"""Why planning asks nothing of a recipient that has the data on another ground than consent."""


def is_held(leg: RequestLeg) -> bool:
    """Whether a legal hold keeps it back: it begins anew when that is lifted. What stays in backups doesn't."""
    return (leg.outcome, leg.reason) == (RETAINED, "legal_hold")


def is_under_review(leg: RequestLeg) -> bool:
    """Whether a vendor keeps it for a time: it begins anew when that is over."""
    return leg.outcome == RETAINED and leg.kind == "delivery" and leg.review_at is not None


class Asked(Protocol):
    """What was asked of whom."""

    @property
    def vendor(self) -> str | None: ...
    @property
    def action(self) -> str | None: ...


def is_final(leg: Asked, outcome: str | None) -> bool:
    """Whether the word ends the leg; of a vendor's successes, those from its closing rung on do."""
    return outcome in _ENDS if outcome not in RUNGS else outcome in _closing(leg.vendor, leg.action)


@lru_cache(1024)
def _closing(vendor: str | None, action: str | None) -> tuple[str, ...]:
    known = VENDORS.get(vendor or "")
    can = known.can.get(action) if known and action else None  # type: ignore[call-overload]
    return RUNGS[RUNGS.index(can.closing if can else "executed") :]


def is_upgrade(first: str | None, later: str | None) -> bool:
    """Whether the later one is a higher rung of success."""
    return first in RUNGS and later in RUNGS and RUNGS.index(later) > RUNGS.index(first)


def contradict(first: str | None, later: str | None) -> bool:
    """Whether both can't be the end of the same cycle."""
    return first != later and not {first, later} <= _SAME


def is_exception(leg: RequestLeg) -> bool:
    """Whether an ended leg must be named, because not all was done there. A word that nobody knows is one.

    After a deletion that holds for everybody who may still have the data, whatever the ground.
    """
    if leg.outcome in _FULFILLED:
        return False
    if leg.action == "delete":
        return leg.outcome != "not_applicable" or leg.reason == _KEEPS
    return leg.outcome not in _FULFILLED_UNLESS_DELETED
