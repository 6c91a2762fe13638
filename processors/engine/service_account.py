"""Google's service accounts: a signed JWT instead of a password.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from schemas.errors import SetupError

_LIFE_S = 3600


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A Google service account's key file."""

    email: str
    key_id: str
    key: RSAPrivateKey = field(repr=False)
    token_uri: str

    @classmethod
    def read(cls, text: str) -> ServiceAccount:
        """From the JSON text of the key file.

        Raises:
            SetupError: it is no such file.

        """
        try:
            data = json.loads(text)
            key = load_pem_private_key(data["private_key"].encode(), password=None)
            if isinstance(key, RSAPrivateKey):
                return cls(data["client_email"], data["private_key_id"], key, data["token_uri"])
        except (ValueError, TypeError, KeyError, AttributeError):
            pass  # the text of the error might hold a part of the key
        raise SetupError(
            "is no key file of a Google service account", remedy="take the JSON file as Google gives it out"
        )

    def assertion(self, scope: str, now: int) -> str:
        """A signed JWT (RS256) that asks for an access token."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key_id}
        claims = {"iss": self.email, "scope": scope, "aud": self.token_uri, "iat": now, "exp": now + _LIFE_S}
        signed = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims).encode())}"
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
