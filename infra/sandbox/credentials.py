"""The secrets that the sandbox accepts: made once, handed over as files, the same again after a restart."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_KEY_FILE = "google_service_account"
_CLIENT_EMAIL = "consent-relay@sandbox-project.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Zoho's OAuth client and refresh token, and the key of a Google service account (PKCS#8 PEM).

    named: the secrets of vendors that have their own, `<vendor>_<key>`.
    """

    zoho_client_id: str
    zoho_client_secret: str = field(repr=False)
    zoho_refresh_token: str = field(repr=False)
    google_client_email: str
    google_key_id: str
    google_private_key: str = field(repr=False)
    named: Mapping[str, str] = field(default_factory=dict, repr=False)

    def service_account(self, token_uri: str) -> str:
        """The service account's key file as Google's console gives it out."""
        account = {
            "type": "service_account",
            "project_id": "sandbox-project",
            "private_key_id": self.google_key_id,
            "private_key": self.google_private_key,
            "client_email": self.google_client_email,
            "client_id": "100000000000000000001",
            "token_uri": token_uri,
        }
        return json.dumps(account, indent=2)


def obtain(secrets_dir: Path | None, wanted: Mapping[str, str] = MappingProxyType({})) -> Credentials:
    """Read the secrets from `secrets_dir`; what is missing there (or everything, without a directory) is made.

    wanted: names of vendors' own secrets, and what each looks like.
    """

    def kept(name: str, make: Callable[[], str]) -> str:
        path = secrets_dir / name if secrets_dir else None
        if path is None:
            return make()
        if not path.exists():
            _write(path, make())
        return path.read_text(encoding="utf-8")

    account = json.loads(kept(_KEY_FILE, _new_account))
    return Credentials(
        zoho_client_id=kept("zoho_client_id", lambda: f"1000.{secrets.token_hex(15).upper()}"),
        zoho_client_secret=kept("zoho_client_secret", lambda: secrets.token_hex(21)),
        zoho_refresh_token=kept(
            "zoho_refresh_token", lambda: f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        ),
        google_client_email=account["client_email"],
        google_key_id=account["private_key_id"],
        google_private_key=account["private_key"],
        named={name: kept(name, partial(_made, name, form, account)) for name, form in wanted.items()},
    )


def _made(name: str, form: str, account: Mapping[str, str]) -> str:
    """A new RSA key takes long to make: all vendors of a sandbox know the same one. Of Ed25519 any seed is a key."""
    if name.endswith("_signing_key"):
        return secrets.token_hex(32)
    return account["private_key"] if name.endswith("_private_key") else form.format(secrets.token_hex(16))


def publish_account(secrets_dir: Path | None, account: str) -> None:
    """Write the key file anew: its token_uri holds the port, which is known only once the server listens."""
    if secrets_dir is not None:
        _write(secrets_dir / _KEY_FILE, account)


def _new_account() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return Credentials("", "", "", _CLIENT_EMAIL, secrets.token_hex(20), pem).service_account("")


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and readable by the owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
