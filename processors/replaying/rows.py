"""What is written of a rebuilt state: one JSON object a line; sorted as text, they are by person and event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import asdict

from processors.replaying.fold import in_order
from schemas.events import MAKES_REQUEST
from schemas.kept import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.replaying.fold import Fold
    from schemas.request import Request
    from schemas.state import SubjectState

FILES = ("people", "requests", "deliveries")
SEALED = frozenset({"sealed"})
"""Of a person's state: what the audit can't tell."""
LEG_NOT_TOLD = ("leg_id", "kind", "task", "proof")
"""Of a delivery: what stands before these fields already, or is of tasks alone."""


def tellable(state: SubjectState) -> SubjectState:
    """What is written of it: without what the audit can't tell."""
    identities = tuple(one.changed(sealed=UNSET) for one in state.identities)
    return state.changed(identities=identities, retained=tuple(one.changed(sealed=UNSET) for one in state.retained))


def rows(fold: Fold) -> Iterator[tuple[str, bytes]]:
    """Of which file, and a line of it; each file's lines in their order.

    A request is one that asks something of recipients; a grant is none. But each delivery has a line, with the newest
    word of its newest cycle: of grants, too.
    """
    for state in in_order(fold.people):
        yield "people", as_json(tellable(state))
    for request in in_order(fold.requests):
        if request.kind in MAKES_REQUEST:
            yield "requests", as_json(request)
        for line in _deliveries(request):
            yield "deliveries", line


def _deliveries(request: Request) -> Iterator[bytes]:
    whose = {"pid": request.pid, "controller": request.controller, "event_id": request.event_id}
    legs = {leg.leg_id: leg for leg in request.legs if leg.kind == "delivery"}
    for delivery_id in sorted(legs):
        said = asdict(legs[delivery_id])
        for name in LEG_NOT_TOLD:
            del said[name]
        yield as_json({**whose, "delivery_id": delivery_id, "kind": request.kind, **said})
