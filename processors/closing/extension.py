"""How much longer a leg's rule lets its deadline be put off, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.case import INTERNAL_LIMIT, INTERNAL_RULE

if TYPE_CHECKING:
    from schemas.request import Request, RequestLeg


def extension(_request: Request, leg: RequestLeg) -> int | None:
    """Until when, µs; None: it doesn't. Our own target may be put off by as much again."""
    return leg.due_at + INTERNAL_LIMIT if leg.rule == INTERNAL_RULE and leg.due_at is not None else None
