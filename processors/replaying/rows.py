"""What is written of a rebuilt state: one JSON object a line; sorted as text, they are by person and event."""

from __future__ import annotations

from json.encoder import encode_basestring as text
from typing import TYPE_CHECKING, Any

from schemas.events import PROTECTIVE
from schemas.request import Request, RequestLeg
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.replaying.fold import Fold

FILES = ("people", "requests", "deliveries")
_person = SubjectState.__pydantic_serializer__.to_json
_request = Request.__pydantic_serializer__.to_json
_leg = RequestLeg.__pydantic_serializer__.to_json
NOT_TOLD: Any = {"identities": {"__all__": {"sealed"}}, "retained": {"__all__": {"sealed"}}}
"""Of a person's state: what the audit can't tell."""
LEG_NOT_TOLD = {"leg_id", "kind", "task", "proof"}
"""Of a delivery: what stands before these fields already, or is of tasks alone."""


def rows(fold: Fold) -> Iterator[tuple[str, bytes]]:
    """Of which file, and a line of it; each file's lines in their order.

    A request is one that asks something of recipients; a grant is none. But each delivery has a line, with the newest
    word of its newest cycle: of grants, too.
    """
    for state in fold.people.in_order():
        yield "people", _person(state, exclude=NOT_TOLD)
    for request in fold.requests.in_order():
        if request.kind in PROTECTIVE:
            yield "requests", _request(request)
        for line in _deliveries(request):
            yield "deliveries", line


def _deliveries(request: Request) -> Iterator[bytes]:
    pid, controller, event_id, kind = map(text, (request.pid, request.controller, request.event_id, request.kind))
    whose = f'{{"pid":{pid},"controller":{controller},"event_id":{event_id},"delivery_id":'
    legs = {leg.leg_id: leg for leg in request.legs if leg.kind == "delivery"}
    for delivery_id, leg in sorted(legs.items()):
        head = f'{whose}{text(delivery_id)},"kind":{kind},'
        yield head.encode() + _leg(leg, exclude=LEG_NOT_TOLD)[1:]
