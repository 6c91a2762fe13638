"""How a vendor of the sandbox knows whom it lets in: the secrets of each kind of auth, checked as a vendor would.

OAuth 2: RFC 6749 (grants, section 5.2 for the words of a refusal), RFC 7523 (signed assertions).
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import TYPE_CHECKING

from infra.sandbox.assertions import GRANT_TYPE, Assertion, public_key
from infra.sandbox.signed_messages import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.sandbox.vendor import Call, Vendor

SECRETS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "bearer": ("token",),
    "basic": ("username", "password"),
    "api_key": ("api_key",),
    "query_token": ("token",),
    "app_token": ("token", "app_secret"),
    "oauth_refresh": ("client_id", "client_secret", "refresh_token"),
    "client_credentials": ("client_id", "client_secret"),
    "jwt_bearer": ("client_id", "username", "private_key"),
    "data_rights": ("signing_key",),
}
"""Kind of auth → what the vendor has to know of it."""
ISSUED = frozenset({"oauth_refresh", "client_credentials", "jwt_bearer", "data_rights"})
"""Kinds of which the vendor gives out tokens itself."""
PROOF = "appsecret_proof"
_SKEW_S = 300


def lets_in(vendor: Vendor, call: Call) -> bool:
    """Whether the call carries the vendor's own credential; not asked where tokens are issued."""
    match vendor.auth:
        case "none":
            return True
        case "bearer":
            return call.headers.get("authorization") == f"{vendor.scheme} {vendor.secret('token')}"
        case "basic":
            pair = f"{vendor.secret('username')}:{vendor.secret('password')}"
            return call.headers.get("authorization") == f"Basic {b64encode(pair.encode()).decode()}"
        case "api_key":
            header, form = vendor.key_header
            return call.headers.get(header.lower()) == form.format(vendor.secret("api_key"))
        case "query_token":
            return call.params.get(vendor.token_param) == vendor.secret("token")
        case "app_token":  # whether an app wants the proof is its own setting; one that is wrong is never taken
            proof = call.params.get(PROOF, proof_of(vendor))
            return call.params.get(vendor.token_param) == vendor.secret("token") and proof == proof_of(vendor)
    return False


def proof_of(vendor: Vendor) -> str:
    """What a call proves the app's secret with, as Meta's guide to secure requests says."""
    return hmac.new(vendor.secret("app_secret").encode(), vendor.secret("token").encode(), "sha256").hexdigest()


def grant_refused(vendor: Vendor, call: Call) -> str | None:
    """The word for why no token is given for this request; None: one is."""
    match vendor.auth:
        case "oauth_refresh":
            wrong = _client_refused(vendor, call, "refresh_token")
            good = call.params.get("refresh_token") == vendor.secret("refresh_token") if wrong is None else False
        case "client_credentials":
            wrong, good = _client_refused(vendor, call, "client_credentials"), True
        case "data_rights":
            wrong, good = None, opened(call.raw, vendor.secret("signing_key"), vendor.world.clock()) is not None
        case _:
            wrong = None if call.params.get("grant_type") == GRANT_TYPE else "unsupported_grant_type"
            good = _assertion_holds(vendor, call.params.get("assertion", ""))
    if wrong is None and (not good or vendor.world.tokens_of(vendor.name).grant_revoked):
        return "invalid_grant"
    return wrong


def _client_refused(vendor: Vendor, call: Call, grant_type: str) -> str | None:
    if call.params.get("grant_type") != grant_type:
        return "unsupported_grant_type"
    client = ("client_id", "client_secret")
    if vendor.client_in == "basic":
        pair = b64encode(":".join(map(vendor.secret, client)).encode()).decode()
        known = call.headers.get("authorization") == f"Basic {pair}" and not set(client) & set(call.params)
    else:
        known = all(call.params.get(key) == vendor.secret(key) for key in client)
    return None if known else "invalid_client"


def _assertion_holds(vendor: Vendor, token: str) -> bool:
    try:
        assertion = Assertion.parse(token)
    except ValueError:
        return False
    claims, now = assertion.claims, vendor.world.clock()
    who = (claims.get("iss"), claims.get("sub")) == (vendor.secret("client_id"), vendor.secret("username"))
    until = claims.get("exp")
    timely = isinstance(until, int | float) and now - _SKEW_S <= until <= now + _SKEW_S
    meant = claims.get("aud") in {*vendor.audiences, vendor.world.base_url}
    return who and timely and meant and assertion.is_by(public_key(vendor.secret("private_key")))
