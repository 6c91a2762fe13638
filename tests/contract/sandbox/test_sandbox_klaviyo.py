from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench


@dataclass
class Reply:
    status: int
    body: Any
    headers: Any


ADA = Person(key="subject-1", email="ada@example.test", lists={"marketing-campaigns": "active", "surveys": "active"})
BEN = Person(key="subject-2", email="ben@example.test", lists={"surveys": "active"})


@pytest.fixture
async def klaviyo(bench: Bench) -> Bench:
    bench.authorization = f"Klaviyo-API-Key {bench.sandbox.settings.secrets['klaviyo_api_key']}"
    await bench.control.seed([ADA, BEN])
    return bench


async def call(bench: Bench, method: str, path: str, **more: Any) -> Reply:
    headers = {"revision": "2026-07-15", "Authorization": bench.authorization}
    url = bench.sandbox.settings.base_urls["klaviyo"] + path
    async with bench.session.request(method, url, headers=headers, **more) as response:
        body = await response.json(content_type=None) if (await response.read()) else None
        return Reply(response.status, body, response.headers)


async def job(bench: Bench, kind: str, consent: str, *emails: str, of: str | None = None) -> int:
    said = {"email": {"marketing": {"consent": consent}}}
    data = [{"type": "profile", "attributes": {"email": email, "subscriptions": said}} for email in emails]
    body: dict[str, Any] = {"type": kind, "attributes": {"profiles": {"data": data}}}
    if of:
        key = bench.sandbox.settings.list_keys.get(of, of)
        body["relationships"] = {"list": {"data": {"type": "list", "id": key}}}
    return (await call(bench, "POST", f"/api/{kind}s", json={"data": body})).status


async def unsubscribe(bench: Bench, *emails: str, of: str | None = None) -> int:
    return await job(bench, "profile-subscription-bulk-delete-job", "UNSUBSCRIBED", *emails, of=of)


async def state(bench: Bench, name: str) -> Any:
    return (await bench.control.person(name))["klaviyo"]


async def test_whoever_is_not_on_the_named_list_is_unsubscribed_everywhere(klaviyo: Bench) -> None:
    assert await unsubscribe(klaviyo, ADA.email, BEN.email, of="marketing-campaigns") == 202
    ada, ben = await state(klaviyo, ADA.key), await state(klaviyo, BEN.key)
    assert (ada["lists"], ada["consents"]) == (["surveys"], [{"email": "SUBSCRIBED"}])
    assert (ben["lists"], ben["consents"]) == ([], [{"email": "UNSUBSCRIBED"}])


async def test_an_unsubscription_makes_a_profile_of_a_stranger(klaviyo: Bench) -> None:
    assert await unsubscribe(klaviyo, "new@example.test") == 202
    assert (await state(klaviyo, "new@example.test"))["consents"] == [{"email": "UNSUBSCRIBED"}]


async def test_a_job_of_too_many_of_another_kind_or_for_no_list_is_refused(klaviyo: Bench) -> None:
    assert await unsubscribe(klaviyo, *(f"{n}@example.test" for n in range(101))) == 400
    assert await unsubscribe(klaviyo) == 400
    assert await job(klaviyo, "profile-subscription-bulk-delete-job", "SUBSCRIBED", ADA.email) == 400
    assert await unsubscribe(klaviyo, ADA.email, of="NOLIST") == 404
    assert await klaviyo.control.ledger() == []


@pytest.mark.parametrize(
    "who",
    [
        {"attributes": {"email": ADA.email, "phone_number": "+15005550006"}},
        {"id": "P", "attributes": {"email": "x"}},
        {},
    ],
)
async def test_a_deletion_has_exactly_one_identifier(klaviyo: Bench, who: dict[str, Any]) -> None:
    attributes = {"profile": {"data": {"type": "profile", **who}}}
    body = {"data": {"type": "data-privacy-deletion-job", "attributes": attributes}}
    refused = await call(klaviyo, "POST", "/api/data-privacy-deletion-jobs", json=body)
    assert (refused.status, refused.body["errors"][0]["code"]) == (400, "invalid")
    assert (await state(klaviyo, ADA.key))["known"]


async def test_a_deletion_takes_every_profile_with_the_address(klaviyo: Bench) -> None:
    await klaviyo.control.happen("klaviyo", "add", ADA.key)
    attributes = {"profile": {"data": {"type": "profile", "attributes": {"email": ADA.email.upper()}}}}
    body = {"data": {"type": "data-privacy-deletion-job", "attributes": attributes}}
    assert (await call(klaviyo, "POST", "/api/data-privacy-deletion-jobs", json=body)).status == 202
    assert not (await state(klaviyo, ADA.key))["known"]


async def test_a_search_shows_consents_and_a_profile_its_lists(klaviyo: Bench) -> None:
    params = {"filter": f'equals(email,"{ADA.email}")', "additional-fields[profile]": "subscriptions"}
    (found,) = (await call(klaviyo, "GET", "/api/profiles", params=params)).body["data"]
    assert found["attributes"]["subscriptions"]["email"]["marketing"]["can_receive_email_marketing"] is True
    on = (await call(klaviyo, "GET", f"/api/profiles/{found['id']}/relationships/lists")).body["data"]
    keys = klaviyo.sandbox.settings.list_keys
    assert {one["id"] for one in on} == set(keys.values())
    news = (await call(klaviyo, "GET", f"/api/lists/{keys['marketing-campaigns']}")).body["data"]
    assert news["attributes"]["opt_in_process"] == "double_opt_in"
    assert (await call(klaviyo, "GET", "/api/profiles", params={"filter": "email=x"})).status == 400


async def test_a_wrong_key_and_a_call_without_revision_are_refused(klaviyo: Bench) -> None:
    assert (await klaviyo.call("GET", "klaviyo", "/api/lists/x")).status == 400, "no revision"
    klaviyo.authorization = "Klaviyo-API-Key pk_wrong"
    refused = await call(klaviyo, "GET", "/api/lists/x")
    assert (refused.status, refused.body["errors"][0]["code"]) == (401, "authentication_failed")


async def test_slow_calls_are_throttled_by_the_second_and_say_how_long(klaviyo: Bench) -> None:
    replies = [await call(klaviyo, "GET", "/api/profiles/nobody/relationships/lists") for _ in range(4)]
    assert [one.status for one in replies] == [404, 404, 404, 429]
    assert replies[-1].headers["Retry-After"] == "1"
