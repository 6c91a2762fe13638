"""Wix: marketing consents, one for each address and each number.

Upsert, delete: https://dev.wix.com/docs/rest/business-management/marketing/marketing-consent/upsert-marketing-consent,
.../delete-marketing-consent. REVOKED wants `lastRevokeActivity`, CONFIRMED `lastConfirmationActivity`.
Types (EMAIL, PHONE): .../marketing-consent-object. Where they differ, what Wix's own SDK sends is right: the page's
example lacks `marketingConsent` around the consent, npm @wix/marketing_marketing-consent@1.0.16 has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply
from processors.vendors.words import record_id
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from processors.vendors.wix.contacts import Names

_PATH = "/marketing-consent/v1/marketing-consent"
_TYPES = {"email": ("EMAIL", "email"), "sms": ("PHONE", "phone")}
REVOKED, CONFIRMED = "REVOKED", "CONFIRMED"
_TOLD = "told by the person to the owner of the site"


def upserts(
    names: Names, channels: Collection[str], state: str, opt_in: str, headers: Mapping[str, str]
) -> tuple[Call, ...]:
    """A call for each address and number on these channels."""
    activity: dict[str, Any] = {"description": _TOLD}
    if state == CONFIRMED:
        activity = {"lastConfirmationActivity": {**activity, "optInLevel": opt_in}}
    else:
        activity = {"lastRevokeActivity": activity}
    calls = []
    for channel in channels:
        kind, place = _TYPES[channel]
        for name in sorted(names.get(channel, ())):
            consent = {"details": {"type": kind, place: name}, "state": state, **activity}
            calls.append(Call("POST", f"{_PATH}/upsert", json={"marketingConsent": consent}, headers=headers))
    return tuple(calls)


def set_to(state: str, reply: Reply) -> str:
    """The consent's id.

    Raises:
        VendorRefused: it is in another state.

    """
    consent = reply.json()["marketingConsent"]
    if consent["state"] != state:
        raise VendorRefused("state_not_set", status=reply.status, response_sha256=reply.sha256)
    return record_id(consent["id"])


def removal(consent: str, headers: Mapping[str, str]) -> Call:
    return Call("DELETE", f"{_PATH}/{consent}", headers=headers, expect=frozenset({200, 404}))
