from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="Ada@example.test", lists={"marketing-campaigns": "active", "surveys": "unsub"})
NEWS = "marketing-campaigns"


@pytest.fixture
async def mailchimp(bench: Bench) -> Bench:
    user = bench.sandbox.settings.secrets["mailchimp_username"]
    pair = f"{user}:{bench.sandbox.settings.secrets['mailchimp_password']}"
    bench.authorization = f"Basic {b64encode(pair.encode()).decode()}"
    await bench.control.seed([ADA])
    return bench


async def member(
    bench: Bench, method: str, tail: str = "", *, email: str = ADA.email, purpose: str = NEWS, **more: Any
) -> Reply:
    audience = bench.sandbox.settings.list_keys.get(purpose, purpose)
    name = hashlib.md5(email.lower().encode()).hexdigest()  # noqa: S324 - as Mailchimp names members
    return await bench.call(method, "mailchimp", f"/3.0/lists/{audience}/members/{name}{tail}", **more)


async def state(bench: Bench, name: str = ADA.key) -> Any:
    return (await bench.control.person(name))["mailchimp"]


async def test_a_member_is_found_by_the_hash_of_the_lower_case_address(mailchimp: Bench) -> None:
    reply = await member(mailchimp, "GET")
    assert (reply.status, reply.body["status"]) == (200, "subscribed")
    stranger = await member(mailchimp, "GET", email="nobody@example.test")
    assert (stranger.status, stranger.body["title"]) == (404, "Resource Not Found")
    assert stranger.headers["Content-Type"].startswith("application/problem+json")
    assert (await member(mailchimp, "GET", purpose="no-such-list")).status == 404


async def test_unsubscribing_is_of_one_audience(mailchimp: Bench) -> None:
    reply = await member(mailchimp, "PATCH", json={"status": "unsubscribed"})
    assert (reply.status, reply.body["status"]) == (200, "unsubscribed")
    assert (await state(mailchimp))["lists"] == {NEWS: "unsubscribed", "surveys": "unsubscribed"}
    await member(mailchimp, "PATCH", json={"status": "unsubscribed"})
    assert [entry["changed"] for entry in await mailchimp.control.ledger()] == [True, False]


async def test_who_left_by_a_link_can_only_be_asked_again(mailchimp: Bench) -> None:
    await mailchimp.control.happen("mailchimp", "unsubscribe", ADA.key, purpose=NEWS)
    refused = await member(mailchimp, "PATCH", json={"status": "subscribed"})
    assert (refused.status, refused.body["title"]) == (400, "Member In Compliance State")
    asked = await member(mailchimp, "PATCH", json={"status": "pending"})
    assert (asked.status, asked.body["status"]) == (200, "pending")
    await mailchimp.control.happen("mailchimp", "confirm", ADA.key, purpose=NEWS)
    assert (await state(mailchimp))["lists"][NEWS] == "subscribed"


async def test_who_bounced_is_not_even_asked(mailchimp: Bench) -> None:
    await mailchimp.control.happen("mailchimp", "bounce", ADA.key, purpose=NEWS)
    refused = await member(mailchimp, "PATCH", json={"status": "pending"})
    assert refused.body["title"] == "Member In Compliance State"


async def test_archiving_keeps_the_member_and_deleting_for_good_forbids_every_import(mailchimp: Bench) -> None:
    assert (await member(mailchimp, "DELETE")).status == 204
    assert (await state(mailchimp))["lists"][NEWS] == "archived"
    assert (await member(mailchimp, "GET")).body["status"] == "archived"
    assert (await member(mailchimp, "DELETE")).status == 405
    assert (await member(mailchimp, "POST", "/actions/delete-permanent")).status == 204
    assert (await member(mailchimp, "GET")).status == 404
    assert (await member(mailchimp, "POST", "/actions/delete-permanent")).status == 404
    again = {"email_address": ADA.email, "status_if_new": "pending", "status": "pending"}
    refused = await member(mailchimp, "PUT", json=again)
    assert (refused.status, refused.body["title"]) == (400, "Forgotten Email Not Subscribed")
    assert await state(mailchimp) == {"known": True, "lists": {"surveys": "unsubscribed"}, "forgotten": [NEWS]}
    await mailchimp.control.happen("mailchimp", "sign_up", ADA.key, purpose=NEWS)
    assert (await state(mailchimp))["lists"][NEWS] == "subscribed"


async def test_a_put_makes_a_member_or_changes_one(mailchimp: Bench) -> None:
    body = {"email_address": "new@example.test", "status_if_new": "pending", "status": "unsubscribed"}
    for status in ("pending", "unsubscribed"):
        reply = await member(mailchimp, "PUT", email="new@example.test", json=body)
        assert reply.body["status"] == status


async def test_an_audience_that_asks_for_a_field_refuses_every_change_but_one_that_says_so(mailchimp: Bench) -> None:
    await mailchimp.control.happen("mailchimp", "field_required", ADA.key, purpose=NEWS)
    refused = await member(mailchimp, "PATCH", json={"status": "unsubscribed"})
    assert (refused.status, refused.body["detail"]) == (400, "Your merge fields were invalid.")
    taken = await member(mailchimp, "PATCH", "?skip_merge_validation=true", json={"status": "unsubscribed"})
    assert (taken.status, taken.body["status"]) == (200, "unsubscribed")


@pytest.mark.parametrize("body", [{}, {"email_address": "else@example.test"}, {"email_address": "nonsense"}, None])
async def test_a_put_without_the_address_is_refused(mailchimp: Bench, body: Any) -> None:
    reply = await member(mailchimp, "PUT", json=body)
    assert (reply.status, reply.body["title"]) == (400, "Invalid Resource")
    assert await mailchimp.control.ledger() == []


async def test_a_wrong_key_or_place_is_said_in_mailchimps_words(mailchimp: Bench) -> None:
    assert (await mailchimp.call("GET", "mailchimp", "/3.0/nothing")).body["title"] == "Resource Not Found"
    mailchimp.authorization = "Basic bm9ib2R5Om5vLXVzMjE="
    assert (await member(mailchimp, "GET")).body["title"] == "API Key Invalid"
