"""What operations hear of a vendor that the lane's breaker keeps calls from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from streams.status import VENDOR

if TYPE_CHECKING:
    from processors.delivering.breaker import Verdict
    from streams.status import Status

log = structlog.get_logger()
_REFUSED = "the vendor refuses our credentials: check its secrets, region and scopes"
_UNREACHABLE = "no connection to the vendor's address: check base_url, name resolution, firewall and certificates"
REMEDIES = {
    "relay_key_unknown": "identities are sealed under another relay key: set CONSENT_RELAY_RELAY_KEY (or its file) "
    "to the one that all workers have",
    "http_402": "the vendor serves nobody until the account there is paid for: tell whoever pays for it",
    "app_wants_secret_proof": "the app requires that its secret is proven: give the connection app_secret among its "
    "secrets, or switch that off at the vendor",
    "app_secret_is_wrong": "the secret app_secret isn't that of the app whose token is used: put in the app's own",
    "redirected": "the vendor's address sends us elsewhere, where no call goes: check base_url and proxies",
    "token_redirected": "the address of access tokens sends us elsewhere, where no call goes: check it and proxies",
    "certificate_expired": "the certificate at its address has expired: it is the vendor's to renew",
    "certificate_not_valid_yet": "the certificate at its address is not valid yet: check this machine's clock",
    "certificate_of_another_host": "the certificate is another host's: check base_url and proxies",
    "certificate_untrusted": "nobody whom we trust has signed the certificate: check base_url; "
    "for a house's own authority set CONSENT_RELAY_CA_FILE",
    "tls_failed": "what answers at the vendor's address does not speak TLS as we do: check base_url's https and port",
}


def remedy(cause: Verdict, reason: str) -> str:
    """What a person can do about it, by the error's word."""
    return REMEDIES.get(reason, _REFUSED if cause == "refused" else _UNREACHABLE)


def tell(status: Status, lane: str, cause: Verdict | None, reason: str) -> None:
    """It has changed. cause: the breaker's, None: it is closed; reason: the last error's word."""
    role = f"lane {lane}"
    if cause == "refused":
        status.halt(role, VENDOR, "auth_rejected", f"connections.{lane}: {remedy(cause, reason)} ({reason})")
        log.error("alarm", alarm="credentials_rejected", lane=lane, reason=reason)
    elif cause == "unreachable":
        status.halt(role, VENDOR, "unreachable", f"connections.{lane}: {remedy(cause, reason)} ({reason})")
        log.error("alarm", alarm="vendor_unreachable", lane=lane, reason=reason)
    else:
        status.clear(role, VENDOR)
        log.warning("breaker_closed" if cause is None else "breaker_opened", lane=lane, reason=reason)
