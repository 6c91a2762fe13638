"""What the vendor answers: fixed bytes, by the first part of the path."""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANT, HANG, BUSY, TOKEN, CALLS = "instant", "hang", "busy", "token", "calls"
NOTED, SLOW, TIMES = "noted", "slow", "times"
SLOW_S = 0.1
"""`SLOW` answers after so long. Of it and of `NOTED` it is kept when each call came."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


def _encoded(status: str, body: Any, *headers: str) -> bytes:
    encoded = json.dumps(body).encode()
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(encoded)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + encoded


_FIXED: dict[str, bytes] = {
    TOKEN: _encoded("200 OK", {"access_token": "t" * 64, "token_type": "Bearer", "expires_in": 3600}),
    # As Google's User Deletion API answers; an adapter reads the time alone.
    INSTANT: _encoded(
        "200 OK",
        {
            "kind": "analytics#userDeletionRequest",
            "id": {"type": "CLIENT_ID", "userId": "1000000000.1700000000"},
            "propertyId": "123456789",
            "deletionRequestTime": "2026-01-01T00:00:00Z",
        },
    ),
    BUSY: _encoded("429 Too Many Requests", {"error": {"code": 429}}, "Retry-After: 1"),
}
_FIXED |= dict.fromkeys((NOTED, SLOW), _FIXED[INSTANT])
_UNKNOWN = _encoded("404 Not Found", {})


class Requests:
    """Cuts the requests out of one connection's bytes. Knows bodies with a length and no others."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """The first part of the path of each request that is complete."""
        self._bytes += data
        while (end := self._bytes.find(_END)) >= 0:
            head = self._bytes[:end]
            length = _LENGTH.search(head)
            size = end + len(_END) + (int(length[1]) if length else 0)
            if len(self._bytes) < size:
                return
            self._bytes = self._bytes[size:]
            yield head.split(b" ", 2)[1].split(b"/", 2)[1].decode()


class Answers:
    """`calls`: how often each part was asked; `times`: when, s of the machine's monotonic clock."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)

    def to(self, part: str) -> bytes | None:
        """None: it never answers."""
        if part == CALLS:
            return _encoded("200 OK", self.calls)
        if part == TIMES:
            return _encoded("200 OK", self.times)
        if part in {NOTED, SLOW}:
            self.times[part].append(time.monotonic())
        self.calls[part] += 1
        return None if part == HANG else _FIXED.get(part, _UNKNOWN)
