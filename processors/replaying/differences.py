"""Where the state that is rebuilt from the audit and the live one differ: what, whose, and which field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from processors.closing.deadlines import is_forgotten
from processors.replaying.rows import tellable
from schemas.events import MAKES_REQUEST
from schemas.kept import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemas.records import LaneEntry
    from schemas.request import Request, RequestLeg
    from schemas.state import SubjectState

_WAITS = frozenset({"parked", "held", "waiting", "dry_run", "manual_task", "accepted"})
_UNTOLD = frozenset({None, "attempted"})
_MAY_BE: Mapping[str, frozenset[str | None]] = {
    "parked": _UNTOLD | {"parked", "held", "waiting", "dry_run"},
    "attempted": _UNTOLD,
    "verifying": frozenset({"accepted", "executed"}),
}
"""Status of a lane's entry → the words of the audit it goes with; else the same. A release is no word."""


class Difference(NamedTuple):
    """what: person, request or delivery. key: the pid, with the event_id or delivery_id. None: there is nothing."""

    what: str
    key: str
    field: str
    live: Any
    rebuilt: Any


def of_person(pid: str, live: SubjectState | None, rebuilt: SubjectState | None) -> Iterator[Difference]:
    """But for what the audit can't tell: the identities themselves."""
    yield from _fields("person", pid, _told(live), _told(rebuilt))


def of_request(key: str, live: Request | None, rebuilt: Request | None, now: int) -> Iterator[Difference]:
    """now: µs; long closed ones are not kept live."""
    if live is None and rebuilt and (rebuilt.kind not in MAKES_REQUEST or is_forgotten(rebuilt, now)):
        return
    yield from _fields("request", key, _flat(live), _flat(rebuilt))


def of_lanes(live: Mapping[str, Mapping[str, LaneEntry]], rebuilt: Iterable[Request]) -> Iterator[Difference]:
    """Lane → its unfinished deliveries, by `pid|delivery_id`; and the requests of the same people."""
    found: dict[tuple[str, str], RequestLeg] = {}
    for request in rebuilt:
        for leg in request.legs:
            place = leg.lane or "", f"{request.pid}|{leg.leg_id}"
            waits = leg.outcome in _WAITS and not leg.final
            if leg.kind == "delivery" and (waits or place[1] in live.get(place[0], ())):
                found[place] = leg
    entries = {(lane, key): entry for lane, kept in live.items() for key, entry in kept.items()}
    for lane, key in sorted({*entries, *found}):
        yield from _of_delivery(f"{lane}: {key}", entries.get((lane, key)), found.get((lane, key)))


def _of_delivery(key: str, entry: LaneEntry | None, leg: RequestLeg | None) -> Iterator[Difference]:
    if entry is None or leg is None:
        yield Difference("delivery", key, "status", entry and entry.status, leg and (leg.outcome or "due"))
        return
    if entry.delivery.cycle != leg.cycle:
        yield Difference("delivery", key, "cycle", entry.delivery.cycle, leg.cycle)
    if leg.outcome not in _MAY_BE.get(entry.status, {entry.status}):
        yield Difference("delivery", key, "status", entry.status, leg.outcome)


def _fields(what: str, key: str, live: dict[str, Any] | None, rebuilt: dict[str, Any] | None) -> Iterator[Difference]:
    if live is None or rebuilt is None:
        if live is not rebuilt:
            yield Difference(what, key, "", live and "there", rebuilt and "there")
        return
    for field in live:
        if live[field] != rebuilt.get(field):
            yield Difference(what, key, field, live[field], rebuilt[field])


def _told(state: SubjectState | None) -> dict[str, Any] | None:
    return None if state is None else as_dict(tellable(state))


def _flat(request: Request | None) -> dict[str, Any] | None:
    """Each leg's values as fields of their own."""
    if request is None:
        return None
    told = as_dict(request)
    legs = dict(enumerate(told.pop("legs")))
    return {
        **told,
        "legs": len(legs),
        **{f"legs.{n}.{name}": v for n, leg in legs.items() for name, v in leg.items()},
    }


def pairs(live: Mapping[str, Any], rebuilt: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """Both sides of each key, whichever has it."""
    left = dict(live)
    for key, one in rebuilt:
        yield key, left.pop(key, None), one
    yield from ((key, one, None) for key, one in sorted(left.items()))
