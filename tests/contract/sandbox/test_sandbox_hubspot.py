from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="s-1", email="ada@example.test", crm=("Contacts", "Leads"))
CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
async def hubspot(bench: Bench) -> Bench:
    await bench.control.seed([ADA])
    bench.authorization = f"Bearer {bench.sandbox.settings.secrets['hubspot_token']}"
    return bench


async def search(bench: Bench, email: str) -> Reply:
    filters = [{"propertyName": "email", "operator": "EQ", "value": email}]
    return await bench.call("POST", "hubspot", f"{CONTACTS}/search", json={"filterGroups": [{"filters": filters}]})


async def statuses(bench: Bench, method: str, email: str = ADA.email, tail: str = "", **more: Any) -> Reply:
    path = f"/communication-preferences/v4/statuses/{quote(email, safe='')}{tail}"
    return await bench.call(method, "hubspot", path, params={"channel": "EMAIL"} if tail else {}, **more)


async def state(bench: Bench, name: str = ADA.key) -> dict[str, Any]:
    held: dict[str, Any] = (await bench.control.person(name))["hubspot"]
    return held


async def test_there_is_one_contact_for_an_address(hubspot: Bench) -> None:
    found = (await search(hubspot, "ADA@example.test")).body
    assert (found["total"], found["results"][0]["properties"]["email"]) == (1, ADA.email)
    assert (await search(hubspot, "nobody@example.test")).body == {"total": 0, "results": []}


async def test_deletion_by_an_unknown_address_succeeds_and_blocks_it(hubspot: Bench) -> None:
    body = {"objectId": "stranger@example.test", "idProperty": "email"}
    assert (await hubspot.call("POST", "hubspot", f"{CONTACTS}/gdpr-delete", json=body)).status == 204
    assert (await state(hubspot, "stranger@example.test"))["blocked"]
    assert [entry["effect"] for entry in await hubspot.control.ledger()] == ["blocklist"]


async def test_deletion_by_id_is_for_good_and_delete_is_an_archive(hubspot: Bench) -> None:
    contact = (await search(hubspot, ADA.email)).body["results"][0]["id"]
    assert (await hubspot.call("DELETE", "hubspot", f"{CONTACTS}/{contact}")).status == 204
    assert (await search(hubspot, ADA.email)).body["total"] == 0
    assert (await state(hubspot))["known"]
    for status in (204, 404):
        reply = await hubspot.call("POST", "hubspot", f"{CONTACTS}/gdpr-delete", json={"objectId": contact})
        assert reply.status == status
    assert not (await state(hubspot))["known"]
    assert (await hubspot.call("GET", "hubspot", f"{CONTACTS}/{contact}")).body["category"] == "OBJECT_NOT_FOUND"


async def test_a_status_hangs_on_the_address_known_or_not(hubspot: Bench) -> None:
    number = hubspot.sandbox.settings.topic_numbers["newsletter"]
    body = {"subscriptionId": number, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
    for email in (ADA.email, "stranger@example.test"):
        said = (await statuses(hubspot, "POST", email, json=body)).body
        assert (said["status"], said["results"][0]["status"]) == ("COMPLETE", "UNSUBSCRIBED")
        assert (await statuses(hubspot, "GET", email)).body["results"][0]["subscriptionId"] == number
    assert (await statuses(hubspot, "POST", json={**body, "subscriptionId": 1})).status == 400


async def test_who_is_not_out_of_all_mail_has_no_wide_status(hubspot: Bench) -> None:
    assert (await statuses(hubspot, "GET", tail="/unsubscribe-all")).body["results"] == []
    assert (await statuses(hubspot, "POST", tail="/unsubscribe-all")).body["results"] == []
    wide = (await statuses(hubspot, "GET", tail="/unsubscribe-all")).body["results"]
    assert [(one["status"], one["wideStatusType"]) for one in wide] == [("UNSUBSCRIBED", "PORTAL_WIDE")]


async def test_the_search_has_a_limit_of_its_own(hubspot: Bench) -> None:
    assert [(await search(hubspot, ADA.email)).status for _ in range(5)] == [200] * 4 + [429]
    assert (await statuses(hubspot, "GET")).status == 200
    hubspot.clock.advance(1)
    assert (await search(hubspot, ADA.email)).status == 200


async def test_without_the_token_nobody_is_let_in(hubspot: Bench) -> None:
    hubspot.authorization = "Bearer wrong"
    reply = await search(hubspot, ADA.email)
    assert (reply.status, reply.body["category"]) == (401, "INVALID_AUTHENTICATION")
