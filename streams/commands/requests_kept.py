"""People's requests, read from `consent.requests`: no worker is asked, so none has to run."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from processors.closing.deadlines import due_at
from schemas.codec import decode
from schemas.errors import InvalidRecord
from schemas.request import Request
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.settings import Settings

SHORTEST = 8
"""So many characters of an event_id may stand for it."""
_FAR = 2**63


class Filed(NamedTuple):
    """A request, and where it stands."""

    partition: int
    request: Request


async def filed(settings: Settings) -> list[Filed]:
    """All requests that are kept: open ones first, of these what is due first.

    Raises:
        SetupError: no broker answers.
        TopicsError: there is no such topic.

    """
    state: dict[int, dict[bytes, bytes]] = defaultdict(dict)
    async for record in scan(settings, topics.REQUESTS):
        if record.value is None:
            state[record.partition].pop(record.key, None)
        elif not record.key.startswith(b"!"):
            state[record.partition][record.key] = record.value
    found = [Filed(number, decode(Request, value)) for number, kept in state.items() for value in kept.values()]
    return sorted(found, key=_order)


def _order(one: Filed) -> tuple[bool, int, int, str]:
    due = due_at(one.request)
    return not one.request.is_open, _FAR if due is None else due, one.request.received_at, one.request.key


def chosen(found: Iterable[Filed], text: str) -> Filed:
    """The request whose event_id begins so, or that has this key, as two people may have one event_id.

    Raises:
        InvalidRecord: too short, none does, or several do.

    """
    if len(text) < SHORTEST:
        raise InvalidRecord(f"{text!r} is too short: at least the first {SHORTEST} characters of an event_id")
    meant = [one for one in found if one.request.event_id.startswith(text) or one.request.key == text]
    if not meant:
        raise InvalidRecord(
            f"no request is kept whose event_id begins with {text}: `consent-relay requests list` shows them, and "
            "the audit tells of what was closed long ago"
        )
    if len(meant) > 1 and len({one.request.event_id for one in meant}) == 1:
        raise InvalidRecord(
            f"{len(meant)} people have a request of that id: write 'PID|EVENT_ID'; `requests list --json` tells both"
        )
    if len(meant) > 1:
        raise InvalidRecord(f"{len(meant)} requests begin with {text}: write more of it")
    return meant[0]
