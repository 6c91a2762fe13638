"""Google's token endpoint for service accounts, https://oauth2.googleapis.com/token (RFC 7523).

- Grant, claims and the limit of an hour: [D] developers.google.com/identity/protocols/oauth2/service-account.
- `invalid_grant` with the descriptions for signature, time frame and account: [C] answers quoted in public. The
  words for a wrong audience, an empty scope and another grant type: [U]; all come with HTTP 400.
- The audience is the key file's `token_uri`, here this sandbox; Google's own URL is taken as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.assertions import GRANT_TYPE, Assertion, public_key
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.sandbox.world import World

_GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
_SCOPE_PREFIX = "https://www.googleapis.com/auth/"
_MAX_LIFE_S = 3600
_SKEW_S = 300
_BAD_TIME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


class GoogleOAuth(Vendor):
    name: ClassVar[str] = "google_oauth"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._public_key = public_key(world.credentials.google_private_key)

    def operations(self) -> Iterable[Operation]:
        yield Operation("token", "POST", "/token", self._token)

    def error(self, status: int) -> Answer:
        return Answer(status, {"error": "internal_failure"})

    def clear(self) -> None:
        """Nobody is known here."""

    def _token(self, call: Call) -> Answer:
        if call.params.get("grant_type") != GRANT_TYPE:
            return _refusal("unsupported_grant_type", f"Invalid grant_type: {call.params.get('grant_type', '')}")
        try:
            assertion = Assertion.parse(call.params.get("assertion", ""))
        except ValueError:
            return _refusal("invalid_grant", "Bad Request")
        tokens = self.world.tokens_of(self.name)
        if (refusal := self._refusal_of(assertion)) is not None:
            return refusal
        access_token = tokens.issue(frozenset(assertion.claims["scope"].split()), prefix="ya29.")
        body = {"access_token": access_token, "expires_in": int(tokens.life_s) - 1, "token_type": "Bearer"}
        return Answer(200, body)

    def _refusal_of(self, assertion: Assertion) -> Answer | None:
        claims = assertion.claims
        if claims.get("iss") != self.world.credentials.google_client_email:
            return _refusal("invalid_grant", "Invalid grant: account not found")
        if self.world.tokens_of(self.name).grant_revoked or not assertion.is_by(self._public_key):
            return _refusal("invalid_grant", "Invalid JWT Signature.")
        if claims.get("aud") not in (f"{self.world.base_url}/{self.name}/token", _GOOGLE_AUDIENCE):
            return _refusal("invalid_grant", "Invalid JWT: Failed audience check.")
        if not self._timely(claims):
            return _refusal("invalid_grant", _BAD_TIME)
        scopes = claims.get("scope")
        if not isinstance(scopes, str) or not scopes.strip():
            return _refusal("invalid_scope", "Empty or missing scope not allowed.")
        if not all(scope.startswith(_SCOPE_PREFIX) for scope in scopes.split()):
            return _refusal("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return None

    def _timely(self, claims: dict[str, Any]) -> bool:
        issued, expires, now = claims.get("iat"), claims.get("exp"), self.world.clock()
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            return False
        return issued - _SKEW_S <= now <= expires + _SKEW_S and 0 < expires - issued <= _MAX_LIFE_S


def _refusal(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})
