"""What is written of a rebuilt state: one JSON object a line; sorted as text, they are by person and event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.events import MAKES_REQUEST
from schemas.kept import as_json
from schemas.packing import plain
from schemas.request import Request
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.replaying.fold import Fold

FILES = ("people", "requests", "deliveries")
SEALED = frozenset({"sealed"})
"""Of a person's state: what the audit can't tell."""
LEG_NOT_TOLD = ("leg_id", "kind", "task", "proof")
"""Of a delivery: what stands before these fields already, or is of tasks alone."""
_person, _request = plain(SubjectState, SEALED), plain(Request)


def rows(fold: Fold) -> Iterator[tuple[str, bytes]]:
    """Of which file, and a line of it; each file's lines in their order.

    A request is one that asks something of recipients; a grant is none. But each delivery has a line, with the newest
    word of its newest cycle: of grants, too.
    """
    for row in fold.people.rows():
        yield "people", as_json(_person(row))
    for row in fold.requests.rows():
        request = _request(row)
        if request["kind"] in MAKES_REQUEST:
            yield "requests", as_json(request)
        for line in _deliveries(request):
            yield "deliveries", line


def _deliveries(request: dict[str, Any]) -> Iterator[bytes]:
    whose = {name: request[name] for name in ("pid", "controller", "event_id")}
    legs = {leg["leg_id"]: leg for leg in request["legs"] if leg["kind"] == "delivery"}
    for delivery_id, leg in sorted(legs.items()):
        for name in LEG_NOT_TOLD:
            del leg[name]
        yield as_json({**whose, "delivery_id": delivery_id, "kind": request["kind"], **leg})
