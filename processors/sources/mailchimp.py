"""Mailchimp: webhooks of an audience, form-encoded. They aren't signed: the secret is the end of the URL.

Unsubscribes, their fields, 10 s to answer, sent again for 75 minutes:
https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/, as transcribed in
github.com/api-evangelist/mailchimp 7483c76 openapi/mailchimp-marketing-webhooks-asyncapi.yml.
A secret in the URL, and GET of it when it is set up:
https://developer.mailchimp.com/documentation/mailchimp/guides/about-webhooks/.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl

from processors.sources.base import Message, Source, SourceOptions, Told, people
from processors.sources.signatures import require_same
from schemas.errors import CallbackRefused

if TYPE_CHECKING:
    from processors.sources.base import Telling
    from processors.vendors.evidence import Source as Evidence


class Mailchimp(Source):
    """`subject`: the tag of the merge field that holds our id of the person, as `CUSTOMER_ID`."""

    name = "mailchimp"
    title = "Mailchimp"
    docs = "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/"
    by_path = True
    evidence: ClassVar[tuple[Evidence, ...]] = (
        ("D", docs),
        ("D", "https://developer.mailchimp.com/documentation/mailchimp/guides/about-webhooks/"),
        ("T", "api-evangelist/mailchimp@7483c76 openapi/mailchimp-marketing-webhooks-asyncapi.yml"),
    )
    unverified = ("that `fired_at`, which names no time zone, is in UTC",)
    options: SourceOptions

    def check(self, secret: str, message: Message, now: float) -> None:
        del now
        require_same(message.token, secret, "the end of the path")

    def told(self, message: Message) -> Telling:
        """An unsubscribe is of one audience; that a member was deleted there is none, nor that an address bounced."""
        yield from ()
        said = dict(parse_qsl(message.body.decode(errors="replace")))
        if said.get("type") != "unsubscribe" or said.get("data[action]") == "delete":
            return ()
        try:
            audience, email, fired_at = said["data[list_id]"], said["data[email]"], said["fired_at"]
            at = datetime.strptime(fired_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).isoformat()
        except (KeyError, ValueError):
            raise CallbackRefused("has not the form of an unsubscribe") from None
        subject = said.get(f"data[merges][{self.options.subject}]")
        which = f"{audience} {email} {fired_at}"
        return (Told(which, "consent.withdrawn", at, people(email=email), subject, audience, ("email",)),)
