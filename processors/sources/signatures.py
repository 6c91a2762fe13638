"""Signatures with a secret that both sides know: HMAC-SHA256 (RFC 2104), compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac

from schemas.errors import CallbackRefused


def hexed(secret: str, signed: bytes) -> str:
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def base64ed(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def require_same(given: str, right: str, what: str) -> None:
    """Raises CallbackRefused: they differ. what: which header or the like it is, for the text."""
    if not hmac.compare_digest(given.encode(errors="replace"), right.encode()):
        raise CallbackRefused(f"{what} is wrong")
