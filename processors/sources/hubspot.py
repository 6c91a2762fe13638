"""HubSpot: webhooks of an app about contacts. They name the contact by its number: its address is looked up.

Signature v3: https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests and
https://developers.hubspot.com/changelog/introducing-version-3-of-webhook-signatures: base64 of the HMAC-SHA256 over
method, URL as HubSpot called it, body and time (ms); not older than 5 minutes.
A batch of events: https://developers.hubspot.com/docs/guides/api/app-management/webhooks: `eventId` isn't unique, and
an app tells of every account (`portalId`) that has installed it; a contact's number is one of its account's.
A contact by its number: HubSpot/HubSpot-public-api-spec-collection 9989379, contacts.json (v3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.sources.base import (
    TOLERANCE_S,
    Message,
    Source,
    SourceOptions,
    Told,
    looked_up,
    one_by_one,
    people,
    text,
)
from processors.sources.signatures import base64ed, require_same
from schemas.errors import CallbackRefused

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.sources.base import Telling
    from processors.vendors.base import Call
    from processors.vendors.evidence import Source as Evidence

_OUT = re.compile(r"hs_email_optout(?:_(\d+))?")
_CONTACTS = "/crm/v3/objects/contacts"


class HubspotOptions(SourceOptions):
    """`url`: at which HubSpot calls, as it stands in the app's settings: it is signed.

    portal: the number of the connection's account; what other accounts with the app tell is not about its contacts.
    purposes: by number of the subscription type; subject: a property of the contact.
    """

    url: str = Field(pattern=r"^https://[^\s?#]+$")
    portal: int = Field(gt=0)


class Hubspot(Source):
    name = "hubspot"
    title = "HubSpot"
    docs = "https://developers.hubspot.com/docs/guides/api/app-management/webhooks"
    looks_up = True
    options_type = HubspotOptions
    evidence: ClassVar[tuple[Evidence, ...]] = (
        ("S", "HubSpot/HubSpot-public-api-spec-collection@9989379 contacts.json"),
        ("D", "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests"),
        ("D", "https://developers.hubspot.com/changelog/introducing-version-3-of-webhook-signatures"),
        ("D", docs),
    )
    unverified = (
        "that an opt-out of one subscription type is the property hs_email_optout_<number>",
        "that an app may subscribe to changes of these properties",
    )
    options: HubspotOptions

    def check(self, secret: str, message: Message, now: float) -> None:
        stamp = message.headers.get("x-hubspot-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and abs(now - float(stamp) / 1000) <= TOLERANCE_S):
            raise CallbackRefused("X-HubSpot-Request-Timestamp is missing, too old or too new")
        signed = f"POST{self.options.url}".encode() + message.body + stamp.encode()
        require_same(
            message.headers.get("x-hubspot-signature-v3", ""), base64ed(secret, signed), "X-HubSpot-Signature-v3"
        )

    def told(self, message: Message) -> Telling:
        events = message.json()
        if not isinstance(events, list):
            raise CallbackRefused("is no batch of events")
        return (yield from one_by_one(events, self._one))

    def _one(self, event: Any) -> Telling:
        if (left := _left(event)) is None or event.get("portalId") != self.options.portal:
            return ()
        number, which, at = text(event.get("objectId")), text(event.get("eventId")), event.get("occurredAt")
        if which is None or type(at) is not int:
            raise CallbackRefused("an event without eventId or occurredAt")
        contact = yield from self._contact(number)
        email = people(email=contact.get("email"))
        if not email:
            return ()
        which = f"{which} {number} {event['propertyName']} {at}"
        subject = self.options.subject_in(contact)
        return (Told(which, "consent.withdrawn", at * 1000, email, subject, left or None, ("email",)),)

    def _contact(self, number: str | None) -> Generator[Call, Any, dict[str, Any]]:
        """Its properties, as `looked_up`."""
        if number is None or not number.isdecimal():
            raise CallbackRefused("an event without objectId")
        wanted = ",".join(filter(None, ("email", self.options.subject)))
        return (yield from looked_up(f"{_CONTACTS}/{number}", "properties", params={"properties": wanted}))


def _left(event: Any) -> str | None:
    """The number of the subscription type that somebody left; empty: all mail; None: it says no such thing."""
    if not isinstance(event, dict) or event.get("propertyValue") != "true":
        return None
    found = _OUT.fullmatch(str(event.get("propertyName")))
    return None if found is None else found[1] or ""
