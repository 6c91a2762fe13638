"""Signed assertions as a token issuer reads them (RFC 7515, RFC 7523)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Assertion:
    signed: bytes
    signature: bytes
    header: dict[str, Any]
    claims: dict[str, Any]

    @classmethod
    def parse(cls, token: str) -> Assertion:
        """Raises ValueError for anything that isn't three parts of base64url, the first two JSON objects."""
        header, claims, signature = token.split(".")
        decoded = [json.loads(_unpadded(part)) for part in (header, claims)]
        if not all(isinstance(part, dict) for part in decoded):
            raise ValueError
        return cls(f"{header}.{claims}".encode(), _unpadded(signature), decoded[0], decoded[1])

    def is_by(self, key: rsa.RSAPublicKey) -> bool:
        if self.header.get("alg") != "RS256":
            return False
        try:
            key.verify(self.signature, self.signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def public_key(pem: str) -> rsa.RSAPublicKey:
    """Of a private key that is our own: validating it would take 50 ms."""
    key = serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        message = "the key must be an RSA key"
        raise TypeError(message)
    return key.public_key()


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
