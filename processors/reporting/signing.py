"""Documents that are signed, and stay readable: JSON whose `signature` is a JWS with a detached payload.

The payload is the document without its `signature`, in the one form of RFC 8785 (JCS); the JWS is the flattened one
of RFC 7515 (7.2.2, appendix F) by an Ed25519 key (RFC 8037), named by its thumbprint (RFC 7638). So any JOSE library
can check it, too. Documents hold texts, whole numbers, booleans, lists and objects with ASCII names, nothing else:
for these the form needs no more than sorted names. Of JSON in which an object has a name twice there is no one form,
as some read the first and some the last: it is none of ours (RFC 8785, 3.1; RFC 7493, 2.3).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.errors import NotProven

if TYPE_CHECKING:
    from collections.abc import Collection

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURE = "signature"
_KEY_ID = re.compile(r"[\w-]{43}", re.ASCII)


def signed(document: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The same with its signature."""
    kid = thumbprint(key.public_key().public_bytes_raw())
    head = _coded(_canonical({"alg": "EdDSA", "kid": kid}))
    made = key.sign(_signing_input(head, document))
    return {**document, SIGNATURE: {"protected": head, "signature": _coded(made)}}


def parsed(text: str | bytes) -> Any:
    """What JSON says to whoever reads it.

    Raises:
        NotProven: it is no JSON, or says something twice.

    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NotProven("is no JSON") from None


def verified(document: dict[str, Any], keys: Collection[bytes]) -> str:
    """The thumbprint of the key that signed it. keys: raw public ones that are trusted.

    Raises:
        NotProven: it isn't signed, not by one of these keys, or it was altered.

    """
    try:
        head, made = document[SIGNATURE]["protected"], _decoded(document[SIGNATURE]["signature"])
        kid, said = parsed(_decoded(head))["kid"], _signing_input(head, document)
        known = {thumbprint(public): public for public in keys}
        public = known.get(kid)
    except (KeyError, TypeError, ValueError, RecursionError, NotProven):
        raise NotProven("has no signature that can be read") from None
    if public is None:
        named = kid if _KEY_ID.fullmatch(str(kid)) else "none that could be one"
        raise NotProven(f"is signed by no known key (it names {named})")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(made, said)
    except InvalidSignature:
        raise NotProven("has a signature that doesn't hold: it was altered") from None
    return str(kid)


def thumbprint(public: bytes) -> str:
    """public: the 32 bytes of an Ed25519 key. Source: RFC 7638, RFC 8037 appendix A.3."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _coded(public)}
    return _coded(sha256(_canonical(jwk)).digest())


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = sorted({name for name, count in Counter(name for name, _ in members).items() if count > 1})
        raise NotProven(f"says {', '.join(map(ascii, twice))} twice: one of them was put in")
    return found


def _signing_input(head: str, document: dict[str, Any]) -> bytes:
    bare = {name: value for name, value in document.items() if name != SIGNATURE}
    return f"{head}.{_coded(_canonical(bare))}".encode()


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
