"""Messages of vendors about what people chose there: who is believed, and what event comes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from routing_support import DESK, NOW, PEPPER
from source_support import (
    HUBSPOT_URL,
    SECRET,
    hubspot,
    hubspot_event,
    klaviyo,
    klaviyo_event,
    mailchimp,
    shopify,
)
from vendor_support import reply

from processors.sources.base import SOURCES, Message
from processors.sources.configured import Known, source_of
from processors.sources.events import event_of
from schemas.connections import SourceRow
from schemas.errors import CallbackRefused, InvalidRecord
from schemas.times import to_micros

if TYPE_CHECKING:
    from processors.sources.base import Heard, Told
    from processors.vendors.base import Call, Reply
    from schemas.events import ConsentEvent

SECONDS = NOW / 1_000_000
OPTIONS: dict[str, dict[str, Any]] = {
    "mailchimp": {"purposes": {"a6b5da1054": ["marketing-campaigns"]}, "subject": "CUSTOMER"},
    "hubspot": {"url": HUBSPOT_URL, "portal": 33, "purposes": {"77": ["surveys"]}, "subject": "customer_id"},
    "klaviyo": {"subject": "external_id"},
    "shopify": {"shop": "x", "subject": "id"},
}
WHO = {"email": "jane.roe@example.org"}


def row(vendor: str, **more: Any) -> SourceRow:
    given = {"name": f"{vendor}-in", "options": OPTIONS[vendor], "connection": f"{vendor}-1", **more}
    return SourceRow(controller="oomnis", vendor=vendor, secret="x", **given)


def hear(vendor: str, message: Message, answer: Reply | None = None, **more: Any) -> tuple[Told, ...]:
    """All that it tells, and nothing of it is refused. answer: to every look-up."""
    heard = hear_all(vendor, message, answer, **more)
    for one in heard:
        if isinstance(one, CallbackRefused):
            raise one
    return tuple(one for one in heard if not isinstance(one, CallbackRefused))


def hear_all(vendor: str, message: Message, answer: Reply | None = None, **more: Any) -> tuple[Heard, ...]:
    calls: list[Call] = []

    async def ask(call: Call) -> Reply:
        calls.append(call)
        assert answer is not None
        return answer

    known = Known(row(vendor, **more), source_of(row(vendor, **more)), SECRET, ask)
    return asyncio.run(known.hear(message))


def events(vendor: str, message: Message, answer: Reply | None = None, **more: Any) -> list[ConsentEvent]:
    source = source_of(row(vendor, **more))
    source.check(SECRET, message, SECONDS)
    made = [
        event_of(told, row(vendor, **more), source.options, PEPPER) for told in hear(vendor, message, answer, **more)
    ]
    for one in made:
        DESK.check(one, NOW)
    return made


def contact(**properties: Any) -> Reply:
    return reply({"id": "101", "properties": properties})


GENUINE = {
    "mailchimp": Message({}, mailchimp(), SECRET),
    "hubspot": Message(*hubspot(SECONDS, hubspot_event("101", propertyName="hs_email_optout_77"))),
    "klaviyo": Message(*klaviyo(klaviyo_event(**WHO, external_id="c-1001"))),
    "shopify": Message(*shopify(**WHO, id="c-1001")),
}
ANSWERS = {"hubspot": contact(**WHO, customer_id="c-1001")}
EXPECTED = {
    "mailchimp": ("consent.withdrawn", ("marketing-campaigns",), ("email",), "2026-03-02T08:00:00Z"),
    "hubspot": ("consent.withdrawn", ("surveys",), ("email",), "2026-03-02T08:00:00.123Z"),
    "klaviyo": ("consent.withdrawn", None, ("email",), "2026-03-02T08:00:00Z"),
    "shopify": ("deletion.requested", None, (), "2026-03-02T08:00:00.123Z"),
}


def test_every_source_is_tried_here() -> None:
    assert SOURCES.keys() == GENUINE.keys() == EXPECTED.keys()
    assert all(kind.evidence for kind in SOURCES.values())


@pytest.mark.parametrize("vendor", sorted(GENUINE))
def test_a_message_becomes_the_event_that_any_producer_would_publish(vendor: str) -> None:
    (made,) = events(vendor, GENUINE[vendor], ANSWERS.get(vendor))
    assert (made.kind, made.purposes, made.channels, made.occurred_at) == (
        *EXPECTED[vendor][:3],
        to_micros(EXPECTED[vendor][3]),
    )
    assert (made.subject_id, made.told_by, made.expressed_by.relation) == ("c-1001", f"{vendor}-1", "vendor")
    assert ("email", WHO["email"]) in {(one.type, one.value) for one in made.identities}
    assert WHO["email"] not in repr(GENUINE[vendor])
    assert WHO["email"] not in repr(hear(vendor, GENUINE[vendor], ANSWERS.get(vendor)))


@pytest.mark.parametrize("vendor", sorted(GENUINE))
def test_the_same_message_is_the_same_event_and_another_source_has_others(vendor: str) -> None:
    first, again = (events(vendor, GENUINE[vendor], ANSWERS.get(vendor)) for _ in range(2))
    assert first == again
    (elsewhere,) = events(vendor, GENUINE[vendor], ANSWERS.get(vendor), name="another", connection=None)
    assert elsewhere.event_id != first[0].event_id
    assert elsewhere.told_by == "another"


def test_what_is_sent_again_later_is_signed_anew_and_yet_the_same_event() -> None:
    later = Message(*hubspot(SECONDS + 60, hubspot_event("101", attemptNumber=1)))
    now = Message(*hubspot(SECONDS, hubspot_event("101")))
    assert events("hubspot", later, ANSWERS["hubspot"]) == events("hubspot", now, ANSWERS["hubspot"])
    retried = Message(*klaviyo(klaviyo_event(**WHO), stamp="2026-03-02T09:00:01+00:00"))
    assert events("klaviyo", retried) == events("klaviyo", Message(*klaviyo(klaviyo_event(**WHO))))


def test_hubspot_may_call_two_events_the_same_and_each_is_one_of_its_own() -> None:
    type_77 = {"propertyName": "hs_email_optout_77"}
    more: tuple[dict[str, Any], ...] = ({}, {"objectId": 102}, type_77, {"occurredAt": 2})
    both = Message(*hubspot(SECONDS, *(hubspot_event("101", **changes) for changes in more)))
    assert len({one.event_id for one in events("hubspot", both, ANSWERS["hubspot"])}) == len(more)


@pytest.mark.parametrize("vendor", sorted(GENUINE))
@pytest.mark.parametrize("spoilt", ["secret", "body", "headers"])
def test_whoever_has_not_the_secret_is_not_believed(vendor: str, spoilt: str) -> None:
    good = GENUINE[vendor]
    source, secret = source_of(row(vendor)), "another-secret-of-27-chars."
    if spoilt == "secret":
        message = good
    elif source.by_path:
        secret, message = SECRET, Message(good.headers, good.body, SECRET[:-1] + "é")
    else:
        secret = SECRET
        message = Message(good.headers, good.body + b" ") if spoilt == "body" else Message({}, good.body)
    with pytest.raises(CallbackRefused):
        source.check(secret, message, SECONDS)


def test_hubspots_signature_covers_url_and_time() -> None:
    source = source_of(row("hubspot"))
    good = GENUINE["hubspot"]
    source.check(SECRET, good, SECONDS + 299)
    with pytest.raises(CallbackRefused):
        source.check(SECRET, good, SECONDS + 301)
    elsewhere = Message(*hubspot(SECONDS, hubspot_event("101"), url="https://evil.example/sources/x"))
    with pytest.raises(CallbackRefused):
        source.check(SECRET, elsewhere, SECONDS)


def test_klaviyo_speaks_of_its_own_webhook_only() -> None:
    headers, body = klaviyo(klaviyo_event(**WHO))
    with pytest.raises(CallbackRefused):
        hear("klaviyo", Message({**headers, "klaviyo-webhook-id": "other"}, body))


def test_who_is_named_by_the_vendors_number_alone_is_looked_up() -> None:
    profile = reply({"data": {"attributes": {"email": None, "phone_number": "+15005550006", "external_id": "c-7"}}})
    (made,) = events("klaviyo", Message(*klaviyo(klaviyo_event(channel="sms"))), profile)
    assert (made.subject_id, made.channels) == ("c-7", ("sms",))
    assert [(one.type, one.value) for one in made.identities] == [("phone", "+15005550006")]
    assert events("klaviyo", Message(*klaviyo(klaviyo_event())), reply({}, 404)) == []
    assert events("hubspot", Message(*hubspot(SECONDS, hubspot_event("101"))), reply({}, 404)) == []


def test_whose_id_nobody_knows_is_known_by_the_address_which_the_id_does_not_tell() -> None:
    made = events("mailchimp", Message({}, mailchimp(**{"data[merges][CUSTOMER]": ""}), SECRET))
    odd = events("mailchimp", Message({}, mailchimp(**{"data[merges][CUSTOMER]": WHO["email"]}), SECRET))
    (other,) = events("shopify", Message(*shopify(email=WHO["email"].upper())))
    assert made[0].subject_id == odd[0].subject_id == other.subject_id
    assert made[0].subject_id.startswith("by-email.p1.")
    assert "jane" not in made[0].subject_id


@pytest.mark.parametrize(
    ("vendor", "message"),
    [
        ("mailchimp", Message({}, mailchimp(type="subscribe"), SECRET)),
        ("mailchimp", Message({}, mailchimp(**{"data[action]": "delete"}), SECRET)),
        ("hubspot", Message(*hubspot(SECONDS, hubspot_event("101", propertyValue="false")))),
        ("hubspot", Message(*hubspot(SECONDS, hubspot_event("101", propertyName="lifecyclestage")))),
        ("hubspot", Message(*hubspot(SECONDS, hubspot_event("101", portalId=34)))),
        ("klaviyo", Message(*klaviyo({"topic": "event:klaviyo.opened_email"}))),
        ("shopify", Message(*shopify(topic="customers/data_request", orders="orders_requested", **WHO))),
        ("shopify", Message(*shopify(shop="another", **WHO))),
    ],
)
def test_what_is_no_choice_to_stop_says_nothing(vendor: str, message: Message) -> None:
    assert events(vendor, message) == []


@pytest.mark.parametrize(
    ("vendor", "message"),
    [
        ("mailchimp", Message({}, mailchimp(fired_at="yesterday"), SECRET)),
        ("mailchimp", Message({}, b"type=unsubscribe", SECRET)),
        ("hubspot", Message({}, b"{}")),
        ("hubspot", Message(*hubspot(SECONDS, hubspot_event("101", objectId=None)))),
        ("hubspot", Message(*hubspot(SECONDS, hubspot_event("101", occurredAt=None)))),
        ("klaviyo", Message(*klaviyo({**klaviyo_event(**WHO), "external_id": None}))),
        ("klaviyo", Message({}, b"[]")),
        ("klaviyo", Message({}, b"no json")),
        ("shopify", Message({"x-shopify-topic": "customers/redact"}, b"{}")),
        ("shopify", Message(*shopify(orders="orders_requested", **WHO))),
    ],
)
def test_what_has_not_the_vendors_form_is_refused(vendor: str, message: Message) -> None:
    with pytest.raises(CallbackRefused):
        hear(vendor, message, ANSWERS.get(vendor))


@pytest.mark.parametrize(
    ("vendor", "good", "odd"),
    [
        (
            "hubspot",
            hubspot_event("101"),
            [hubspot_event("101", occurredAt="now"), hubspot_event("101", objectId="x")],
        ),
        ("klaviyo", klaviyo_event(**WHO), [{}, None, {**klaviyo_event(**WHO), "payload": {"data": []}}]),
    ],
)
def test_an_odd_one_of_a_batch_costs_the_others_nothing(vendor: str, good: Any, odd: list[Any]) -> None:
    batch = [odd[0], good, *odd[1:]]
    message = Message(*(hubspot(SECONDS, *batch) if vendor == "hubspot" else klaviyo(*batch)))
    heard = hear_all(vendor, message, ANSWERS.get(vendor))
    assert [isinstance(one, CallbackRefused) for one in heard] == [one is not good for one in batch]


def test_a_list_that_nobody_named_is_no_event() -> None:
    with pytest.raises(InvalidRecord, match="purposes"):
        events("mailchimp", Message({}, mailchimp(**{"data[list_id]": "ffff"}), SECRET))
