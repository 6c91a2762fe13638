"""What a person can do when a vendor doesn't answer a connection's test as it should."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable, VendorUnreachable
from streams.lanes.trouble import REMEDIES, remedy

if TYPE_CHECKING:
    from processors.engine.run import Connector


def remedy_of(error: VendorError, connector: Connector) -> str:
    connection, vendor = connector.connection, connector.vendor
    match error:
        case VendorAuthRejected() if error.status == HTTPStatus.FORBIDDEN:
            return (
                f"it knows the credentials, but they may not do this: give them the scope or role; see {vendor.docs}"
            )
        case VendorAuthRejected() if error.status == HTTPStatus.PAYMENT_REQUIRED or error.reason in REMEDIES:
            return remedy("refused", error.reason)
        case VendorAuthRejected():
            whose = "who gives out tokens refuses" if error.reason.startswith("token_") else "the vendor refuses"
            keys = ", ".join(f"{key} = {name!r}" for key, name in connection.secrets.items())
            return f"{whose} the credentials: check the secrets {keys}, and the region: a wrong one answers the same"
        case VendorUnreachable():
            return remedy("unreachable", error.reason)
        case VendorUnavailable(reason="timeout"):
            return f"no answer within {connection.timeout_s:g} s: check base_url, firewall and proxies, or try later"
        case VendorUnavailable(too_fast=True):
            return "it has had too many calls, by whomever: try again later"
        case VendorUnavailable():
            return "it is ill, or something else answers there: try again later, then check base_url and proxies"
    return "something answers there, but not as this API does: check base_url, region and options"
