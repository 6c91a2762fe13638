"""OAuth 2 grants: what is asked of a token issuer, and what its answers mean.

Zoho: https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html
Google: service_account.py
Salesforce: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from processors.engine.auth import Token, TokenAuth
from processors.engine.classify import classify
from processors.engine.jwt import GRANT_TYPE, rsa_key, signed
from processors.engine.service_account import ServiceAccount
from processors.engine.transport import Request, Transport
from processors.vendors.words import word
from schemas.errors import SetupError, VendorAuthRejected, VendorRefused, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from processors.engine.clock import Clock
    from processors.vendors.base import Reply, Vendor

_ZOHO_WINDOW_S = 600.0
_ASSERTION_LIFE_S = 180
_LIFE_S, _LONGEST_LIFE_S = 3600.0, 86_400.0
_PASSING = ("temporarily_unavailable", "server_error")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
REFRESH = ("client_id", "client_secret", "refresh_token")
CLIENT = ("client_id", "client_secret")
ASSERTION = ("client_id", "username", "private_key")
Form = Callable[[], Mapping[str, str]]


def oauth_refresh(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    """RFC 6749, section 6. An issuer that gives out a new refresh token each time needs another kind."""
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
    return _as_client(vendor, secrets, form, transport, clock)


def zoho(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    async def patient(request: Request) -> Reply:
        reply = await transport(request)
        if reply.status == 400 and _body(reply).get("error") == "Access Denied":  # noqa: PLR2004 - Zoho's throttle
            # 10 tokens in 10 minutes and no more. The credentials are good: nobody has to mend anything.
            raise VendorUnavailable("token_throttled", status=reply.status, retry_after=_ZOHO_WINDOW_S)
        return reply

    return oauth_refresh(vendor, secrets, patient, clock)


def client_credentials(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    """RFC 6749, section 4.4."""
    scope = {"scope": vendor.scope} if vendor.scope else {}
    return _as_client(vendor, secrets, {"grant_type": "client_credentials", **scope}, transport, clock)


def google(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    account = ServiceAccount.read(secrets["service_account"])
    scope, acts_for = vendor.scope, vendor.acts_for

    def form() -> dict[str, str]:
        return {"grant_type": GRANT_TYPE, "assertion": account.assertion(scope, int(clock.wall()), acts_for)}

    return _granted(vendor, account.token_uri, form, transport, clock)


def jwt_bearer(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> TokenAuth:
    """RFC 7523: the client signs that it acts for a user, as Salesforce wants it.

    Raises:
        SetupError: `private_key` is no RSA key in PEM.

    """
    key = rsa_key(secrets["private_key"])
    if key is None:
        raise SetupError("private_key: is no RSA key in PEM", remedy="give the file that begins with -----BEGIN")
    who = {"iss": secrets["client_id"], "sub": secrets["username"], "aud": vendor.token_audience}

    def form() -> dict[str, str]:
        until = int(clock.wall()) + _ASSERTION_LIFE_S
        return {"grant_type": GRANT_TYPE, "assertion": signed(key, {**who, "exp": until})}

    return _granted(vendor, vendor.token_url, form, transport, clock)


def _as_client(
    vendor: Vendor, secrets: Mapping[str, str], form: Mapping[str, str], transport: Transport, clock: Clock
) -> TokenAuth:
    """The client's secret in a Basic header, or in the body, as RFC 6749, section 2.3.1 allows."""
    client = {key: secrets[key] for key in CLIENT}
    if vendor.client_in == "form":
        return _granted(vendor, vendor.token_url, lambda: {**form, **client}, transport, clock)
    pair = ":".join(quote_plus(value) for value in client.values())
    basic = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return _granted(vendor, vendor.token_url, lambda: form, transport, clock, more=basic)


def _granted(
    vendor: Vendor,
    url: str,
    form: Form,
    transport: Transport,
    clock: Clock,
    *,
    more: Mapping[str, str] = MappingProxyType({}),
) -> TokenAuth:
    headers = {**vendor.headers, **_FORM, **more}

    async def fetch() -> Token:
        reply = await transport(Request("POST", url, headers, urlencode(form()).encode()))
        return _token(reply, clock)

    return TokenAuth(vendor.token_scheme, fetch, clock)


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
    if body.get("error") in _PASSING:
        raise VendorUnavailable(f"token_{body['error']}", status=reply.status)
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
