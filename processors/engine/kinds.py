"""The kinds of auth that an adapter may name, and the secrets that a connection needs for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.engine import data_rights, fixed, grants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.engine.auth import Auth
    from processors.engine.clock import Clock
    from processors.engine.transport import Transport
    from processors.vendors.base import Vendor


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of auth. `secrets`: keys that `connections.<name>.secrets` must have; optional: those that it may."""

    secrets: tuple[str, ...]
    build: Callable[[Vendor, Mapping[str, str], Transport, Clock], Auth]
    optional: tuple[str, ...] = ()


KINDS = {
    "none": Kind((), fixed.none),
    "bearer": Kind(("token",), fixed.bearer),
    "basic": Kind(("username", "password"), fixed.basic),
    "api_key": Kind(("api_key",), fixed.api_key),
    "query_token": Kind(("token",), fixed.query_token),
    "app_token": Kind(("token",), fixed.app_token, optional=("app_secret",)),
    "oauth_refresh": Kind(grants.REFRESH, grants.oauth_refresh),
    "client_credentials": Kind(grants.CLIENT, grants.client_credentials),
    "jwt_bearer": Kind(grants.ASSERTION, grants.jwt_bearer),
    "zoho_oauth": Kind(grants.REFRESH, grants.zoho),
    "data_rights": Kind(data_rights.SECRETS, data_rights.data_rights),
    "google_service_account": Kind(("service_account",), grants.google),
}
