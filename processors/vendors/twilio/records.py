"""Twilio: all messages, calls and recordings of a number, found and deleted one by one.

List, delete: https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource
Recordings: https://www.twilio.com/docs/voice/api/recording
Addresses with `rcs:`, of a sender that is in no messaging service: https://www.twilio.com/docs/studio/tutorials/use-rcs-with-studio
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from processors.vendors.base import Answer, Call, Reply, Step, all_good
from processors.vendors.batches import chunks
from processors.vendors.shapes import rows
from processors.vendors.words import record_id, word
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

_GONE = 404
_UNDER_WAY = 20009
_AGAIN_S = 60.0
_LAST_PAGE = 50  # of 1,000
_CHANNELS = ("", "whatsapp:", "rcs:")
"""What stands before the number in a message's addresses: SMS and MMS have nothing there."""
SIDE_BY_SIDE = 200
"""Calls of one step: of one number there may be tens of thousands, and each that waits for its turn takes room."""
FIELDS = {"To": "to", "From": "from", "CallSid": "call_sid"}
"""A filter, and the field of a record in which its value stands."""
_PAGING = ("Page", "PageToken", "PageSize")


def look_up(account: str, phones: Sequence[str]) -> Generator[Step, Any, tuple[list[str], Reply]]:
    """Paths of all records, recordings before their calls; and the last answer."""
    root = f"/2010-04-01/Accounts/{account}"
    messages = [f"{channel}{number}" for number in phones for channel in _CHANNELS]
    asked = [("Messages", {side: one}) for one in messages for side in ("To", "From")]
    asked += [("Calls", {side: one}) for one in phones for side in ("To", "From")]
    found, last = yield from _lists(root, asked)
    calls = [{"CallSid": sid} for kind, sid in found if kind == "Calls"]
    recordings: list[tuple[str, str]] = []
    for some in chunks(calls, SIDE_BY_SIDE):
        more, last = yield from _lists(root, [("Recordings", one) for one in some])
        recordings += more
    paths = [f"{root}/{kind}/{sid}.json" for kind, sid in [*recordings, *found]]
    return list(dict.fromkeys(paths)), last


def erase(records: Sequence[str]) -> Generator[Step, Any, Reply]:
    """Delete them; what is gone by now is as good.

    Raises:
        VendorUnavailable: one is under way still.
        VendorError: one could not be deleted; the others were.

    """
    expect = frozenset({204, 400, _GONE, 409})
    answers: list[Answer] = []
    for some in chunks(records, SIDE_BY_SIDE):
        answers += yield tuple(Call("DELETE", path, expect=expect) for path in some)
    replies = all_good(answers)
    for reply in replies:
        if reply.status in {204, _GONE}:
            continue
        code = reply.json()["code"]
        about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
        if code == _UNDER_WAY:
            raise VendorUnavailable("still_under_way", retry_after=_AGAIN_S, lane_wide=False, **about)
        raise VendorRefused(f"twilio_{word(code)}", **about)
    return replies[-1]


def _lists(
    root: str, asked: Sequence[tuple[str, dict[str, str]]]
) -> Generator[Step, Any, tuple[list[tuple[str, str]], Reply]]:
    """(kind, sid) of each record in all pages of these lists."""
    found: list[tuple[str, str]] = []
    pages, last = [(kind, {**filters, "PageSize": "1000"}) for kind, filters in asked], Reply(0)
    for _ in range(_LAST_PAGE):
        replies = all_good((yield tuple(Call("GET", f"{root}/{kind}.json", params=one) for kind, one in pages)))
        last, following = replies[-1], []
        for (kind, params), reply in zip(pages, replies, strict=True):
            body = reply.json()
            records = rows(body, kind.lower())
            _require_asked(records, params, reply)
            found += [(kind, record_id(row["sid"])) for row in records]
            if body.get("next_page_uri"):
                following.append((kind, {**params, **_next(body["next_page_uri"])}))
        pages = following
        if not pages:
            return found, last
    raise VendorRefused("more_than_50000_records")


def _require_asked(records: Iterable[Mapping[str, Any]], params: Mapping[str, str], reply: Reply) -> None:
    """Raises VendorRefused for a record of somebody else: a filter that isn't heeded would delete everybody's."""
    wanted = [(FIELDS[key], params[key]) for key in FIELDS if key in params]
    if not wanted or not all(row[field] == value for row in records for field, value in wanted):
        raise VendorRefused("list_of_others", status=reply.status, response_sha256=reply.sha256)


def _next(uri: str) -> dict[str, str]:
    """Of the address of the next page what says which it is: the call stays ours."""
    return {key: value for key, value in parse_qsl(urlsplit(uri).query) if key in _PAGING}
