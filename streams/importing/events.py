"""One row, one event: a withdrawal, an objection or an opt-out that stands already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from schemas.errors import DataError, InvalidRecord, SetupError
from schemas.events import OPT_OUTS, ConsentEvent
from schemas.ids import event_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from processors.routing.desk import Desk

IDENTITIES = {"email": "email", "phone": "phone", "device_id": "device_id", "ga_client_id": "ga_client_id"}
_IDENTITY = re.compile(r"identity\.([a-z][a-z0-9_]*)")
PLAIN = ("subject_id", "kind", "occurred_at", "jurisdiction", "lawful_basis", "controller", "event_id")
LISTS = ("purposes", "channels")
EVIDENCE = "evidence_uri"
METHOD = "import"
_DAY, _LATEST = re.compile(r"\d{4}-\d{2}-\d{2}"), "T23:59:59.999999Z"
"""Of a day alone the last moment is taken: so no grant of that day goes before what protects the person."""
_SEPARATORS = re.compile(r"[\s,;|]+")


def check_columns(columns: Iterable[str], source: str, given: Collection[str]) -> None:
    """Refuse a file with columns that would be passed over, or without those that each row needs.

    given: the names of what is said beside the file.

    Raises:
        SetupError: naming the column.

    """
    names = set(columns)
    known = {*PLAIN, *LISTS, *IDENTITIES, EVIDENCE}
    unknown = sorted(name for name in names if name not in known and not _IDENTITY.fullmatch(name))
    needed = ("subject_id", "purposes", "controller", "occurred_at")
    missing = [name for name in needed if name not in names and name not in given]
    if unknown:
        raise SetupError(
            f"{source}:1: nobody knows a column {unknown[0]!r}",
            remedy=f"take it out, or name it as one of: {', '.join(sorted(known))}, identity.<type>",
        )
    if missing:
        beside = {"controller": ", or say --controller", "occurred_at": ", or say --as-of for all rows"}
        raise SetupError(
            f"{source}:1: there is no column {missing[0]!r}", remedy=f"add it{beside.get(missing[0], '')}"
        )


def event_of(cells: dict[str, str], desk: Desk, given: dict[str, Any], now: int) -> ConsentEvent | DataError:
    """The event of a row, or why it is none, with its field. given: what holds for all rows; now: µs.

    Its event_id is made of the row, keyed, so that the same row is the same event, whenever it is imported.
    """
    data: dict[str, Any] = {**given, **{name: cells[name] for name in PLAIN if name in cells}}
    data |= {name: tuple(filter(None, _SEPARATORS.split(cells[name]))) for name in LISTS if name in cells}
    if data.get("purposes") == ("all",):
        data["purposes"] = None
    elif not data.get("purposes"):
        return InvalidRecord('is missing: name the purposes, or write "all"', field="purposes")
    data["identities"] = [{"type": kind, "value": cells[name]} for name in cells if (kind := _identity_in(name))]
    if _DAY.fullmatch(when := str(data.get("occurred_at", ""))):
        data["occurred_at"] = f"{when}{_LATEST}"
    if EVIDENCE in cells:
        data["evidence"] = {"uri": cells[EVIDENCE]}
    said = (f"{name}={data[name]!r}" for name in sorted(data))
    data.setdefault("event_id", event_id_of(desk.pepper, "import", *said))
    try:
        event = ConsentEvent.parse(data)
        if event.kind not in OPT_OUTS:
            return InvalidRecord(f"is none of {', '.join(sorted(OPT_OUTS))}", field="kind")
        desk.check(event, now)
    except DataError as error:
        return error
    return event


def _identity_in(column: str) -> str | None:
    found = _IDENTITY.fullmatch(column)
    return found[1] if found else IDENTITIES.get(column)
