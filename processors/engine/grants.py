"""OAuth 2 grants: what is asked of a token issuer, and what its answers mean.

Zoho: https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html
Google: service_account.py
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from processors.engine.auth import Token, TokenAuth
from processors.engine.classify import classify
from processors.engine.service_account import ServiceAccount
from processors.engine.transport import Request, Transport
from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.engine.clock import Clock
    from processors.vendors.base import Reply, Vendor

_ZOHO_WINDOW_S = 600.0
_LIFE_S, _LONGEST_LIFE_S = 3600.0, 86_400.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


REFRESH = ("client_id", "client_secret", "refresh_token")


def zoho(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    url = vendor.token_url
    form = {"grant_type": "refresh_token", **{key: secrets[key] for key in REFRESH}}

    async def fetch() -> Token:
        reply = await transport(Request("POST", url, _FORM, urlencode(form).encode()))
        if reply.status == 400 and _body(reply).get("error") == "Access Denied":  # noqa: PLR2004 - Zoho's throttle
            # 10 tokens in 10 minutes and no more. The credentials are good: nobody has to mend anything.
            raise VendorUnavailable("token_throttled", status=reply.status, retry_after=_ZOHO_WINDOW_S)
        return _token(reply, clock)

    return TokenAuth("Zoho-oauthtoken", fetch, clock)


def google(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    account = ServiceAccount.read(secrets["service_account"])
    scope = vendor.scope

    async def fetch() -> Token:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": account.assertion(scope, int(clock.wall())),
        }
        reply = await transport(Request("POST", account.token_uri, _FORM, urlencode(form).encode()))
        return _token(reply, clock)

    return TokenAuth("Bearer", fetch, clock)


def _body(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _token(reply: Reply, clock: Clock) -> Token:
    """The token in an answer. Zoho tells errors as HTTP 200 with `error`, Google as 400 or 401.

    Raises:
        VendorAuthRejected: the issuer refuses our credentials, or can't be asked there: nobody's fault but ours.
        VendorUnreachable: it sends us elsewhere.
        VendorUnavailable: it has no proper answer now.

    """
    body = _body(reply)
    if "error" in body and reply.status in {200, 400, 401, 403}:
        raise VendorAuthRejected(f"token_{word(body['error'])}", status=reply.status)
    error = classify(reply, {200}, clock.wall())
    if isinstance(error, VendorUnreachable):
        raise VendorUnreachable(f"token_{error.reason}", status=reply.status)
    if isinstance(error, VendorRefused):
        raise VendorAuthRejected(f"token_{error.reason}", status=reply.status)
    if error is not None:
        raise error
    token = body.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise VendorUnavailable("token_answer_without_token", status=reply.status)
    return Token(token, _life_s(body.get("expires_in")))


def _life_s(said: object) -> float:
    """What makes no sense is taken as an hour: a token that ends before is replaced when the vendor refuses it."""
    try:
        life = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return _LIFE_S
    return min(life, _LONGEST_LIFE_S) if life > 0 else _LIFE_S
