"""Klaviyo: system webhooks, up to a thousand events in one.

https://developers.klaviyo.com/en/docs/working_with_system_webhooks: Klaviyo-Signature is the hexadecimal HMAC-SHA256
over the body and Klaviyo-Timestamp behind it; `data` of `external_id`, `topic` and `payload`, which is as Get Event's
answer: the profile is named by its id alone, unless it is `included`. Klaviyo-Webhook-Id must be the body's.
A profile by its id: klaviyo/openapi f0a30ba, get_profile.
Order of body and time, topics: github.com/hookdeck/webhook-skills 3b4079e skills/klaviyo-webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import quote

from processors.sources.base import Message, Source, SourceOptions, Told, looked_up, one_by_one, people, text
from processors.sources.signatures import hexed, require_same
from schemas.errors import CallbackRefused

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.sources.base import Telling
    from processors.vendors.base import Call
    from processors.vendors.evidence import Source as Evidence
    from schemas.events import Channel

_TOPICS: dict[str, Channel] = {
    "event:klaviyo.unsubscribed_from_email_marketing": "email",
    "event:klaviyo.unsubscribed_from_sms_marketing": "sms",
}


class Klaviyo(Source):
    """`subject`: an attribute of the profile, as `external_id`. Leaving all e-mail or SMS; no single lists."""

    name = "klaviyo"
    title = "Klaviyo"
    docs = "https://developers.klaviyo.com/en/docs/working_with_system_webhooks"
    looks_up = True
    evidence: ClassVar[tuple[Evidence, ...]] = (
        ("S", "klaviyo/openapi@f0a30ba openapi/stable: get_event, get_profile"),
        ("D", docs),
        ("C", "hookdeck/webhook-skills@3b4079e skills/klaviyo-webhooks"),
    )
    unverified = ("whether the profile is included in a webhook: if not, it is looked up",)
    options: SourceOptions

    def check(self, secret: str, message: Message, now: float) -> None:
        """Klaviyo names no age at which a message is too old: sent again, it is the same event."""
        del now
        stamp = message.headers.get("klaviyo-timestamp", "")
        right = hexed(secret, message.body + stamp.encode(errors="replace"))
        require_same(message.headers.get("klaviyo-signature", ""), right, "Klaviyo-Signature")

    def told(self, message: Message) -> Telling:
        body = message.json()
        try:
            if body["meta"]["klaviyo_webhook_id"] != message.headers.get("klaviyo-webhook-id"):
                raise CallbackRefused("Klaviyo-Webhook-Id is of another webhook")
            events = list(body["data"])
        except (KeyError, TypeError, AttributeError):
            raise CallbackRefused("has not the form of a system webhook") from None
        return (yield from one_by_one(events, self._one))

    def _one(self, event: Any) -> Telling:
        said = _said(event)
        if said is None:
            return ()
        profile = said.profile if said.profile is not None else (yield from _profile(said.name))
        who = people(email=profile.get("email"), phone=profile.get("phone_number"))
        if not who:
            return ()
        subject = self.options.subject_in(profile)
        return (Told(said.which, "consent.withdrawn", said.at, who, subject, channels=(said.channel,)),)


class _Said(NamedTuple):
    """Of an event; profile: its attributes, where they are included with an address."""

    which: str
    at: str
    channel: Channel
    name: str
    profile: dict[str, Any] | None


def _said(event: Any) -> _Said | None:
    """Nothing: it is of another topic. Raises CallbackRefused."""
    try:
        channel = _TOPICS.get(event["topic"])
        if channel is None:
            return None
        payload, which = event["payload"], text(event["external_id"])
        at = str(payload["data"]["attributes"]["datetime"])
        name = payload["data"]["relationships"]["profile"]["data"]["id"]
        there = [dict(one["attributes"]) for one in payload.get("included", ())
                 if (one["type"], one["id"]) == ("profile", name) and one["attributes"].get("email")]  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CallbackRefused("an event that has not the form of a system webhook's") from None
    if which is None:
        raise CallbackRefused("an event without external_id")
    return _Said(which, at, channel, str(name), there[0] if there else None)


def _profile(name: str) -> Generator[Call, Any, dict[str, Any]]:
    """Its attributes, as `looked_up`."""
    return looked_up(f"/api/profiles/{quote(name, safe='')}", "data", "attributes", api="profiles")
