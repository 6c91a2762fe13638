"""Data Rights Protocol 1.0: who we are is proven by an Ed25519 signature over each request, and a token had with one.

https://github.com/consumer-reports-innovation-lab/data-rights-protocol/blob/ca1f837/data-rights-protocol.md, sections
2.05 and 3.07.1: the signature (RFC 8032) before the JSON, both in base64 (RFC 4648, section 4), as `text/plain`.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.engine.auth import Token, TokenAuth
from processors.engine.classify import classify
from processors.engine.transport import Request
from schemas.errors import SetupError, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from processors.engine.clock import Clock
    from processors.engine.transport import Transport
    from processors.vendors.base import Reply, Vendor

SECRETS = ("signing_key",)
VERSION = "1.0"
PLAIN = "text/plain"
_GOOD_FOR = timedelta(minutes=10)
"""Section 2.01 recommends no more."""
_SKEW = timedelta(seconds=30)
"""A request is refused by whoever's clock is behind its `issued-at`."""
_LIFE_S = 86_400.0
_SEED, _PAIR = 32, 64


class SignedAuth(TokenAuth):
    """A token as any other, and a signature over each body. ask: sends a signed message for a token."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        who: Mapping[str, str],
        ask: Callable[[bytes], Awaitable[Token]],
        clock: Clock,
    ) -> None:
        super().__init__("Bearer", lambda: ask(self.signed(b"{}")), clock)
        self._key, self._who, self._wall = key, who, clock.wall

    def signed(self, body: bytes) -> bytes:
        """A JSON object, with who asks whom, and from when until when it holds, signed."""
        now = datetime.fromtimestamp(self._wall(), UTC)
        times = {"issued-at": (now - _SKEW).isoformat(), "expires-at": (now + _GOOD_FOR - _SKEW).isoformat()}
        message = json.dumps({**self._who, **times, "drp.version": VERSION, **json.loads(body)}).encode()
        return b64encode(self._key.sign(message) + message)


def data_rights(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> SignedAuth:
    """Raises SetupError: `signing_key` is no Ed25519 key."""
    key = _key(secrets["signing_key"])

    async def ask(message: bytes) -> Token:
        headers = {"content-type": PLAIN, "accept": "application/json"}
        return _token(await transport(Request("POST", vendor.token_url, headers, message)), clock)

    return SignedAuth(key, vendor.signs_as, ask, clock)


def _key(text: str) -> Ed25519PrivateKey:
    """Libsodium's seed, or its secret key, which is the seed and the public key; in hexadecimal or base64."""
    text = text.strip()
    try:
        found = bytes.fromhex(text) if re.fullmatch(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{128}", text) else b64decode(text)
    except ValueError:
        found = b""
    if len(found) not in {_SEED, _PAIR}:
        raise SetupError(
            "signing_key: is no Ed25519 key", remedy="give the 32 bytes of its seed in base64 or hexadecimal"
        )
    return Ed25519PrivateKey.from_private_bytes(found[:_SEED])


def _token(reply: Reply, clock: Clock) -> Token:
    """Section 2.05.1: a refusal is 403. How long a token is good is said nowhere: it is renewed after a 401."""
    error = classify(reply, {200}, clock.wall())
    if isinstance(error, VendorRefused):
        raise VendorAuthRejected(f"token_{error.reason}", status=reply.status)
    if error is not None:
        raise error
    try:
        token = json.loads(reply.body)["token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,8192}", token):
        raise VendorUnavailable("token_answer_without_token", status=reply.status)
    return Token(token, _LIFE_S)
