"""Google's service accounts: a signed JWT instead of a password.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.engine.jwt import rsa_key, signed
from schemas.errors import SetupError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

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
            if key := rsa_key(data["private_key"]):
                return cls(data["client_email"], data["private_key_id"], key, data["token_uri"])
        except (ValueError, TypeError, KeyError, AttributeError):
            pass  # the text of the error might hold a part of the key
        raise SetupError(
            "is no key file of a Google service account", remedy="take the JSON file as Google gives it out"
        )

    def assertion(self, scope: str, now: int, acts_for: str = "") -> str:
        """A signed JWT that asks for an access token. acts_for: user of whose rights it makes use; empty: its own."""
        claims = {"iss": self.email, "scope": scope, "aud": self.token_uri, "iat": now, "exp": now + _LIFE_S}
        return signed(self.key, {**claims, **({"sub": acts_for} if acts_for else {})}, typ="JWT", kid=self.key_id)
