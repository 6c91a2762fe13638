"""What comes of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from schemas.drafts import Series

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.planning.case import Case
    from processors.planning.reopening import Reopened
    from schemas.records import Leg
    from schemas.state import SubjectState


class Plan(NamedTuple):
    """Moments as judged, µs; `clock_corrected`: the fields that were not believed.

    verdict: `stale`: nothing is due, because of something newer; `duplicate`: taken in before, `state` unchanged.
    reopened: legs of older deletions that begin anew. lends: it grants without the person's own word.
    """

    verdict: Literal["planned", "stale", "duplicate"]
    reason: str | None
    occurred_at: int
    received_at: int
    clock_corrected: tuple[str, ...]
    legs: Series[Leg]
    state: SubjectState
    reopened: tuple[Reopened, ...] = ()
    lends: bool = False


def planned(case: Case, state: SubjectState, legs: Series[Leg], reopened: Iterable[Reopened] = ()) -> Plan:
    moments = case.moments
    return Plan(
        "planned", None, moments.occurred_at, moments.received_at, moments.corrected, legs, state, tuple(reopened),
        case.ask.lends,
    )  # fmt: skip


def stale(case: Case, state: SubjectState, reason: str) -> Plan:
    moments = case.moments
    return Plan(
        "stale", reason, moments.occurred_at, moments.received_at, moments.corrected, Series(), state, (),
        case.ask.lends,
    )  # fmt: skip
