"""Credentials that are sent with each call as they are: a token, a user and password, a key in a header or a query.

Basic: RFC 7617. Bearer: RFC 6750.
Proof of an app's secret: https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.engine.auth import Headers
    from processors.engine.clock import Clock
    from processors.engine.transport import Transport
    from processors.vendors.base import Vendor


_PROOF = "appsecret_proof"


@dataclass(frozen=True, slots=True)
class Fixed:
    """`always`: headers of each call; `params`: what stands in its query. There are no others to be had."""

    always: Headers = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def headers(self) -> Headers:
        return self.always

    async def renew(self, stale: Headers) -> Headers:
        return stale


def none(_vendor: Vendor, _secrets: Mapping[str, str], _transport: Transport, _clock: Clock) -> Fixed:
    return Fixed()


def bearer(vendor: Vendor, secrets: Mapping[str, str], _transport: Transport, _clock: Clock) -> Fixed:
    return Fixed({"authorization": f"{vendor.token_scheme} {_plain(secrets, 'token')}"})


def basic(_vendor: Vendor, secrets: Mapping[str, str], _transport: Transport, _clock: Clock) -> Fixed:
    """Raises SetupError for a user name with a colon: all after it would be read as the password."""
    if ":" in secrets["username"]:
        raise SetupError("username: holds a colon", remedy="give the user alone; the password is a secret of its own")
    pair = f"{secrets['username']}:{secrets['password']}".encode()
    return Fixed({"authorization": f"Basic {b64encode(pair).decode()}"})


def api_key(vendor: Vendor, secrets: Mapping[str, str], _transport: Transport, _clock: Clock) -> Fixed:
    header, form = vendor.key_header
    return Fixed({header.lower(): form.format(_plain(secrets, "api_key"))})


def query_token(vendor: Vendor, secrets: Mapping[str, str], _transport: Transport, _clock: Clock) -> Fixed:
    return Fixed(params={vendor.token_param: secrets["token"]})


def app_token(vendor: Vendor, secrets: Mapping[str, str], transport: Transport, clock: Clock) -> Fixed:
    """A token in the query; with the secret of its app also the proof that whoever calls has that, never itself."""
    plain = query_token(vendor, secrets, transport, clock)
    if "app_secret" not in secrets:
        return plain
    proof = hmac.new(secrets["app_secret"].encode(), secrets["token"].encode(), hashlib.sha256).hexdigest()
    return Fixed(params={**plain.params, _PROOF: proof})


def _plain(secrets: Mapping[str, str], key: str) -> str:
    """What a header can carry. Raises SetupError for anything else, as a file with a second line."""
    if not (secrets[key].isascii() and secrets[key].isprintable()):
        raise SetupError(f"{key}: holds a sign that no header carries", remedy="put the key alone there, on one line")
    return secrets[key]
