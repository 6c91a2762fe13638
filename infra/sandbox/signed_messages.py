"""Messages of Data Rights Protocol, opened as a business does: base64 of an Ed25519 signature before its JSON."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SIGNATURE = 64
_VERSION = "1.0"


def opened(body: bytes, signing_key: str, now: float) -> dict[str, Any] | None:
    """What a message says that is signed with this key (its seed in hexadecimal) and holds now; None: it is none.

    now: s since 1970.
    """
    try:
        message = base64.b64decode(body, validate=True)
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing_key)).public_key()
        key.verify(message[:_SIGNATURE], message[_SIGNATURE:])
        said: dict[str, Any] = json.loads(message[_SIGNATURE:])
        begins, ends = (datetime.fromisoformat(said[key]).timestamp() for key in ("issued-at", "expires-at"))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None
    return said if begins <= now < ends and said.get("drp.version") == _VERSION else None
