"""What an answer's status means where the script doesn't read it itself.

402, an account that isn't paid for: https://shopify.dev/docs/api/usage/response-codes,
https://learn.microsoft.com/graph/errors. 423, locked for a while: RFC 4918, section 11.3, and HubSpot, for 2 s. 424,
something behind the vendor has failed: https://docs.stripe.com/api/errors. Whoever says when to come again
(`Retry-After`) means that it passes, as HubSpot's 477 while an account is moved:
https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.vendors.base import Reply

_AUTH = {401, 402, 403}
_PASSING = {408, 409, 423, 424, 425, 429}
_REDIRECT, _CLIENT_FAULT, _SERVER_FAULT = 300, 400, 500
_PAGE = "answer_is_no_json"
_START = 64
_LONGEST_WAIT_S = 86_400.0
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


def classify(reply: Reply, expect: Collection[int], now: float) -> VendorError | None:
    """The error that an unexpected status stands for; None for an expected one. `now`: s since 1970.

    A page is no answer of an API's, whatever its status: somebody between us and the vendor has answered.
    """
    status = reply.status
    if status in expect:
        return VendorUnavailable(_PAGE, status=status, response_sha256=reply.sha256) if _is_page(reply) else None
    reason, sha256 = f"http_{status}", reply.sha256
    if _REDIRECT <= status < _CLIENT_FAULT:  # never followed: whoever it leads to is not whom the address names
        return VendorUnreachable("redirected", status=status, response_sha256=sha256)
    if status in _AUTH:
        return VendorAuthRejected(reason, status=status, response_sha256=sha256)
    wait = retry_after(reply.headers.get("retry-after"), now, reply.headers.get("date"))
    if status in _PASSING or status >= _SERVER_FAULT or (status >= _CLIENT_FAULT and wait is not None):
        fast = status == HTTPStatus.TOO_MANY_REQUESTS
        return VendorUnavailable(reason, status=status, response_sha256=sha256, retry_after=wait, too_fast=fast)
    if status >= _CLIENT_FAULT and not _is_apis(reply.body):
        return VendorUnavailable(_PAGE, status=status, response_sha256=sha256)
    return VendorRefused(reason, status=status, response_sha256=sha256)


def _is_page(reply: Reply) -> bool:
    return reply.body[:_START].lstrip()[:1] == b"<"


def _is_apis(body: bytes) -> bool:
    """Whether an error can be the API's own. A page of words comes from a proxy, or from a wrong address."""
    return not body.strip() or body.lstrip()[:1] in (b"{", b"[")


def retry_after(header: str | None, now: float, date: str | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or an HTTP date; None: no header, or no sense in it.

    RFC 9110 has whole seconds alone; Shopify writes `2.0`.
    date: when the vendor's own clock says that it answered: its date is meant by that one, not by ours.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        until, sent = _moment(text), _moment(date or "")
        if until is None:
            return None
        seconds = until - (now if sent is None else sent)
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
