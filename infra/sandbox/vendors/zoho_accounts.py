"""Zoho Accounts: access tokens for all Zoho products, host accounts.zoho.<dc>.

- Success and the life of an hour: [D] zoho.com/accounts/protocol/oauth (refresh access token).
- Errors come with HTTP 200 and `{"error": ...}`: [C] logged answers for `invalid_client` and `invalid_code`;
  `invalid_code` for a bad or revoked refresh token [D] token-validity. The words `invalid_client_secret`,
  `unsupported_grant_type`: [U].
- 10 access tokens per refresh token in 10 minutes [D], then HTTP 400 [C] with the text below [D]. 15 live at once
  [D]. Here every call to the endpoint counts, also one that is refused [U].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIVE_TOKENS = 15
_PER_TEN_MINUTES = Limit(calls=10, window_s=600)


class ZohoAccounts(Vendor):
    name: ClassVar[str] = "zoho_accounts"

    def operations(self) -> Iterable[Operation]:
        yield Operation("token", "POST", "/oauth/v2/token", self._token, limits=(_PER_TEN_MINUTES,))

    def error(self, status: int) -> Answer:
        return Answer(status, {"error": "general_error"})

    def throttled(self, limit: Limit | None) -> Answer:  # noqa: ARG002 - there is but one
        text = "You have made too many requests continuously. Please try again after some time."
        return Answer(400, {"error_description": text, "error": "Access Denied", "status": "failure"})

    def clear(self) -> None:
        """Nobody is known here."""

    def _token(self, call: Call) -> Answer:
        tokens = self.world.tokens_of(self.name)
        if word := self._fault_of(call):
            return Answer(200, {"error": word})
        return Answer(
            200,
            {
                "access_token": tokens.issue(frozenset(), keep=_LIVE_TOKENS, prefix="1000."),
                "api_domain": f"{self.world.base_url}/zoho_crm",
                "token_type": "Bearer",
                "expires_in": int(tokens.life_s),
            },
        )

    def _fault_of(self, call: Call) -> str | None:
        credentials, params = self.world.credentials, call.params
        if params.get("grant_type") != "refresh_token":
            return "unsupported_grant_type"
        if params.get("client_id") != credentials.zoho_client_id:
            return "invalid_client"
        if params.get("client_secret") != credentials.zoho_client_secret:
            return "invalid_client_secret"
        revoked = self.world.tokens_of(self.name).grant_revoked
        good = params.get("refresh_token") == credentials.zoho_refresh_token and not revoked
        return None if good else "invalid_code"
