"""Access tokens as an issuer hands them out and a vendor's API checks them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.sandbox.clock import Clock


@dataclass(slots=True)
class Tokens:
    """The live access tokens of one issuer. They don't outlive the sandbox: a client has to ask anew after a 401."""

    clock: Clock
    life_s: float
    grant_revoked: bool = False
    _live: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def issue(self, scopes: frozenset[str], *, keep: int | None = None, prefix: str = "") -> str:
        """A new token; of more than `keep` live ones the oldest dies."""
        token = prefix + secrets.token_hex(32)
        self._live[token] = (self.clock() + self.life_s, scopes)
        while keep is not None and len(self._live) > keep:
            del self._live[next(iter(self._live))]
        return token

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """The token's scopes; None when it is unknown, expired or revoked."""
        expires, scopes = self._live.get(token, (0.0, frozenset[str]()))
        if self.clock() < expires:
            return scopes
        self._live.pop(token, None)
        return None

    def revoke_all(self) -> None:
        self._live.clear()
