"""The answer that nearly every call gets, cut apart at once. Of any other an HTTP parser has to make sense."""

from __future__ import annotations

import re

from processors.vendors.calls import Reply

_HEAD = re.compile(rb"HTTP/1\.1 ([2-5]\d\d)(?: [ -~]*)?\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+)\r\n")
_LONGEST_HEAD = 8000
_ODD = frozenset({"transfer-encoding", "content-encoding", "upgrade"})
_NO_BODY = frozenset({204, 304})


def usual_answer(data: bytes) -> Reply | None:
    """The first bytes that came, if they are one whole plain answer and nothing else; None: they are not.

    Plain: of a length that is told once, not encoded, and not the connection's last. A header that comes twice or
    says anything but ASCII makes it odd, too.
    """
    head = _HEAD.match(data)
    if head is None or head.end() > _LONGEST_HEAD:
        return None
    lines = head[2].decode("ascii").split("\r\n")
    lines.pop()
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    status, body = int(head[1]), data[head.end() :]
    plain = headers.keys().isdisjoint(_ODD) and headers.get("connection", "keep-alive").lower() == "keep-alive"
    whole = headers.get("content-length") == str(len(body)) and status not in _NO_BODY
    return Reply(status, headers, body) if plain and whole and len(headers) == len(lines) else None
