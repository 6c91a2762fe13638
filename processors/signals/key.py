"""How a site names its visitor: a key that says nothing to whoever sees it, made by the site's backend for one page.

It is a JSON Web Encryption in its compact form (RFC 7516, section 7.1) with `alg` `dir` and `enc` `A256GCM` (RFC
7518, sections 4.5 and 5.3), made with the 32 bytes that site and relay share, of the claims `sub` (the controller's
own id of the person) and `exp` (RFC 7519). Libraries for it are there in every language. A new one is made for each
page, so two keys of the same person have nothing in common, nobody can make one up, and one that leaks is worthless
after a while.
"""

from __future__ import annotations

import json
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import KeyRefused, SetupError

HEADER = {"alg": "dir", "enc": "A256GCM"}
LONGEST_LIFE_S = 86_400
MOST_BYTES = 4096
_NONCE, _TAG = 12, 16
_SECRET = re.compile(r"[0-9a-fA-F]{64}")


def key_of(text: str) -> bytes:
    """The shared 32 bytes, from their hex. Raises SetupError: it is no such text, which isn't shown."""
    if not _SECRET.fullmatch(text):
        raise SetupError("is no key", remedy="make one with `openssl rand -hex 32`; the site's backend has the same")
    return bytes.fromhex(text)


def sealed(key: bytes, subject_id: str, expires_at: float) -> str:
    """A visitor's key, as a site's backend makes it. expires_at: s since 1970."""
    header = _text(json.dumps(HEADER).encode())
    nonce = os.urandom(_NONCE)
    claims = json.dumps({"sub": subject_id, "exp": int(expires_at)}).encode()
    both = AESGCM(key).encrypt(nonce, claims, header.encode())
    return f"{header}..{_text(nonce)}.{_text(both[:-_TAG])}.{_text(both[-_TAG:])}"


def opened(key: bytes, token: str, now: float) -> str:
    """The subject_id that a visitor's key is for. now: s since 1970.

    Raises:
        KeyRefused: not made with this key, over, or for longer than a day.

    """
    try:
        header, between, nonce, text, tag = token.split(".")
        told = json.loads(_bytes(header))
        if {name: told.get(name) for name in HEADER} != HEADER or between or "crit" in told or "zip" in told:
            raise KeyRefused("kind")
        claims = json.loads(AESGCM(key).decrypt(_bytes(nonce), _bytes(text) + _bytes(tag), header.encode()))
        subject_id, expires_at = claims["sub"], claims["exp"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidTag):
        raise KeyRefused("not_ours") from None
    if not (isinstance(subject_id, str) and subject_id and isinstance(expires_at, int | float)):
        raise KeyRefused("claims")
    if not now < expires_at <= now + LONGEST_LIFE_S:
        raise KeyRefused("expired")
    return subject_id


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
