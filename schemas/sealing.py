"""Sealing: AES-256-GCM, so that identities and rejected bytes are kept but not readable.

Source: NIST SP 800-38D; a nonce of 96 random bits per message under one key.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import TypeAdapter, ValidationError

from schemas.contract import Sealed, maker
from schemas.errors import InvalidRecord, SetupError
from schemas.events import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.origin import Origin

NONCE_BYTES = 12
NONCES = 256
"""Drawn at a time: a call of the system for each costs as much as the sealing, and the interpreter's lock with it."""
KEY_BYTES = 32
_sealed = maker(Sealed)
_IDENTITIES = TypeAdapter(tuple[Identity, ...])
_nonces: list[bytes] = []
os.register_at_fork(after_in_child=_nonces.clear)  # no two processes may use the same one


def _nonce() -> bytes:
    """96 random bits that nobody had before; whichever thread asks."""
    while True:
        try:
            return _nonces.pop()
        except IndexError:
            drawn = os.urandom(NONCES * NONCE_BYTES)
            _nonces.extend(drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))


class Sealer:
    """Seals and opens under one key. `key`: 32 bytes; its id is derived, so that a wrong key is named as such."""

    def __init__(self, key: bytes, *, purpose: str) -> None:
        if len(key) < KEY_BYTES:
            raise SetupError("the relay key must have at least 32 bytes", remedy="make one: openssl rand -hex 32")
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"consent-relay {purpose}".encode()).derive(key)
        self.key_id = f"{purpose}.{hashlib.sha256(derived).hexdigest()[:16]}"
        self._cipher = AESGCM(derived)

    def seal(self, plain: bytes, about: str) -> Sealed:
        """`about` is bound to the ciphertext: it can't be moved to another record."""
        nonce = _nonce()
        return _sealed({"key_id": self.key_id, "bytes": nonce + self._cipher.encrypt(nonce, plain, about.encode())})

    def open(self, sealed: Sealed, about: str) -> bytes:
        """Plain bytes again.

        Raises:
            SetupError: another key sealed this.
            InvalidRecord: it was changed, or moved from another record.

        """
        if sealed.key_id != self.key_id:
            raise SetupError(
                f"sealed under key {sealed.key_id}, but this process holds {self.key_id}",
                remedy="set CONSENT_RELAY_RELAY_KEY (or its file) to the key that sealed it",
            )
        try:
            return self._cipher.decrypt(sealed.bytes[:NONCE_BYTES], sealed.bytes[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):  # ValueError: too short even for a nonce
            raise InvalidRecord("was changed, or belongs to another record", field="sealed") from None


class Seals:
    """The relay's two sealers from one master key: identities of people, and bytes in the dead letters."""

    def __init__(self, relay_key: bytes) -> None:
        self.people = Sealer(relay_key, purpose="people")
        self.dead_letters = Sealer(relay_key, purpose="dead-letters")

    def seal_identities(self, identities: Iterable[Identity], pid: str, event_id: str) -> Sealed | None:
        """Identities as sealed JSON, bound to person and event; None when there are none."""
        plain = tuple(identities)
        if not plain:
            return None
        return self.people.seal(_IDENTITIES.serializer.to_json(plain), f"{pid}|{event_id}")

    def open_identities(self, sealed: Sealed | None, pid: str, event_id: str) -> tuple[Identity, ...]:
        """Identities again; none where none were given.

        Raises:
            SetupError: another key sealed them.
            InvalidRecord: they were changed or moved, or aren't identities.

        """
        if sealed is None:
            return ()
        try:
            opened = self.people.open(sealed, f"{pid}|{event_id}")
            identities: tuple[Identity, ...] = _IDENTITIES.validator.validate_json(opened)
        except ValidationError:
            raise InvalidRecord("is no list of identities", field="sealed") from None
        return identities

    def seal_dead(self, data: bytes | None, origin: Origin) -> Sealed | None:
        """Rejected bytes, byte for byte; None stays None."""
        return None if data is None else self.dead_letters.seal(data, str(origin))

    def open_dead(self, sealed: Sealed | None, origin: Origin) -> bytes | None:
        return None if sealed is None else self.dead_letters.open(sealed, str(origin))
