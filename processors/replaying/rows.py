"""What is written of a rebuilt state: one JSON object a line; sorted as text, they are by person and event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.events import PROTECTIVE
from schemas.request import Request
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.replaying.fold import Fold

FILES = ("people", "requests", "deliveries")
_person = SubjectState.__pydantic_serializer__.to_json
_request = Request.__pydantic_serializer__.to_json
NOT_TOLD: Any = {"identities": {"__all__": {"sealed"}}, "retained": {"__all__": {"sealed"}}}
"""Of a person's state: what the audit can't tell."""
LEG_NOT_TOLD = {"leg_id", "kind", "task", "proof"}
"""Of a delivery: what stands before these fields already, or is of tasks alone."""


def people(states: Iterable[SubjectState]) -> Iterator[bytes]:
    for state in states:
        yield _person(state, exclude=NOT_TOLD)


def requests(every: Iterable[Request]) -> Iterator[bytes]:
    """Those that ask something of recipients; a grant is none."""
    return (_request(one) for one in every if one.kind in PROTECTIVE)


def deliveries(every: Iterable[Request]) -> Iterator[bytes]:
    """Each delivery with the newest word of its newest cycle, of grants too."""
    for request in every:
        whose = {"pid": request.pid, "controller": request.controller, "event_id": request.event_id}
        legs = {leg.leg_id: leg for leg in request.legs if leg.kind == "delivery"}
        for delivery_id, leg in sorted(legs.items()):
            told = leg.model_dump(mode="json", exclude=LEG_NOT_TOLD)
            row = {**whose, "delivery_id": delivery_id, "kind": request.kind, **told}
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def rows(fold: Fold) -> dict[str, Iterator[bytes]]:
    """File → its lines, in their order."""
    return {
        "people": people(fold.people.in_order()),
        "requests": requests(fold.requests.in_order()),
        "deliveries": deliveries(fold.requests.in_order()),
    }
