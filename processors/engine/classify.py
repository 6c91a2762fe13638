"""What an answer's status means where the script doesn't read it itself."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.vendors.base import Reply

_AUTH = {401, 403}
_PASSING = {408, 409, 425, 429}
_SERVER_FAULT = 500
_LONGEST_WAIT_S = 86_400.0


def classify(reply: Reply, expect: Collection[int], now: float) -> VendorError | None:
    """The error that an unexpected status stands for; None for an expected one. `now`: s since 1970."""
    status = reply.status
    if status in expect:
        return None
    reason, sha256 = f"http_{status}", reply.sha256
    if status in _AUTH:
        return VendorAuthRejected(reason, status=status, response_sha256=sha256)
    if status in _PASSING or status >= _SERVER_FAULT:
        wait = retry_after(reply.headers.get("retry-after"), now)
        fast = status == HTTPStatus.TOO_MANY_REQUESTS
        return VendorUnavailable(reason, status=status, response_sha256=sha256, retry_after=wait, too_fast=fast)
    return VendorRefused(reason, status=status, response_sha256=sha256)


def retry_after(header: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or an HTTP date; None: no header, or no sense in it."""
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text) if text.isascii() and text.isdigit() else parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)
