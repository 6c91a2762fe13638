"""A vendor that calls us when one of its jobs has ended: who it is, and which job it means.

Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the
headers webhook-id, webhook-timestamp (s since 1970) and webhook-signature (`v1,` and base64 of the HMAC-SHA256 over
`id.timestamp.body`; several with blanks between them, while a secret is being exchanged).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from schemas.errors import CallbackRefused, SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE_S = 300.0
_PREFIX = "whsec_"
_LONGEST_ID = 256


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call says. job_id: as in `Later`, no identity.

    is_done: it is proof enough that the job is done for all of its people; if not, the vendor is asked at once.
    """

    job_id: str
    is_done: bool = False


class CallsBack:
    """Beside `Vendor`, for an adapter whose vendor calls us. Overrides `check` where it signs in another way.

    signed_with: key of that secret in the connection's `secrets`; empty: it signs by what the options hold.
    """

    signed_with: ClassVar[str] = "callback"

    def is_called(self, secrets: Mapping[str, str]) -> bool:
        """Whether there is what its calls are checked with. secrets: the connection's, key → name."""
        return self.signed_with in secrets

    def check_secret(self, secret: str) -> None:
        """Raise SetupError where it is none, before anybody calls."""
        secret_bytes(secret)

    def check(self, secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The message's own id, the same when it is sent again. headers: names in lower case; now: s since 1970.

        Raises:
            CallbackRefused: it isn't the vendor's, or is too old.

        """
        return standard_webhook(secret, headers, body, now)

    def heard(self, body: bytes) -> Heard:
        """Which job a genuine message is about.

        Raises:
            CallbackRefused: it is about none.

        """
        raise NotImplementedError


def secret_bytes(secret: str) -> bytes:
    """The key in a secret as vendors write it: base64, mostly behind `whsec_`.

    Raises:
        SetupError: it is none.

    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise SetupError("is no secret of Standard Webhooks", remedy="write it as the vendor shows it: whsec_...")
    return key


def standard_webhook(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """As `CallsBack.check`."""
    message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or len(message) > _LONGEST_ID:
        raise CallbackRefused("no webhook-id")
    if not (stamp.isascii() and stamp.isdigit() and abs(now - float(stamp)) <= TOLERANCE_S):
        raise CallbackRefused("webhook-timestamp is missing, too old or too new")
    signed = f"{message}.{stamp}.".encode() + body
    right = b"v1," + base64.b64encode(hmac.digest(secret_bytes(secret), signed, hashlib.sha256))
    given = headers.get("webhook-signature", "").encode(errors="replace").split()
    if not any([hmac.compare_digest(right, one) for one in given]):  # noqa: C419 - all, so that time tells nothing
        raise CallbackRefused("webhook-signature is wrong")
    return message
