"""From what a vendor told to the event that any producer would publish of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.errors import InvalidRecord
from schemas.events import ConsentEvent, names_person
from schemas.ids import event_id_of, pid

if TYPE_CHECKING:
    from processors.sources.base import SourceOptions, Told
    from schemas.connections import SourceRow
    from schemas.events import Identity

_LONGEST_SUBJECT = 256


def event_of(told: Told, row: SourceRow, options: SourceOptions, pepper: bytes) -> ConsentEvent:
    """The event; what is told again is the same one, with the same id.

    Raises:
        InvalidRecord: it is none, by the contract, or the person left a list that nobody has named.

    """
    data: dict[str, Any] = {
        "event_id": event_id_of(pepper, "source", row.controller, row.name, told.kind, told.which),
        "kind": told.kind,
        "controller": row.controller,
        "subject_id": _subject(told, row.controller, pepper),
        "identities": told.identities,
        "expressed_by": {"relation": "vendor"},
        "method": "api",
        "occurred_at": told.at,
        "published_by": row.connection or row.name,
    }
    if told.kind != "deletion.requested":
        data |= {"channels": told.channels, "purposes": _purposes(told.left, options)}
    return ConsentEvent.parse(data)


def _purposes(left: str | None, options: SourceOptions) -> tuple[str, ...] | None:
    """None: all."""
    if left is None:
        return None
    if left not in options.purposes:
        raise InvalidRecord("the list that they left is in no options.purposes", field="purposes")
    return options.purposes[left]


def _subject(told: Told, controller: str, pepper: bytes) -> str:
    """Our own id of the person; without one, a made one: the same for the same address, which it tells nobody."""
    own = (told.subject or "").strip()
    if own and len(own) <= _LONGEST_SUBJECT and not names_person(own):
        return own
    if not told.identities:
        raise InvalidRecord("neither our id of the person nor an address", field="identities")
    first = told.identities[0]
    return f"by-{first.type}.{pid(pepper, controller, _folded(first))}"


def _folded(identity: Identity) -> str:
    return f"{identity.type}:{identity.value.casefold()}"
