from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="subject-1", email="ada@example.test", lists={"marketing-campaigns": "active", "surveys": "pending"})


@pytest.fixture
async def campaign(bench: Bench) -> Bench:
    await bench.control.seed([ADA])
    return bench


async def call(bench: Bench, method: str, path: str, token: str = "", **more: Any) -> tuple[int, Any]:
    bench.clock.advance(1)  # five calls a second
    headers = {"Api-Token": token or bench.sandbox.settings.secrets["activecampaign_api_key"]}
    url = f"{bench.sandbox.settings.base_urls['activecampaign']}/api/3/{path}"
    async with bench.session.request(method, url, headers=headers, **more) as response:
        return response.status, await response.json()


async def only_id(bench: Bench) -> str:
    status, body = await call(bench, "GET", "contacts", params={"email": "ADA@example.test"})
    assert status == 200
    (one,) = body["contacts"]
    return str(one["id"])


def change(bench: Bench, contact: str, status: int, purpose: str = "surveys") -> dict[str, Any]:
    key = bench.sandbox.settings.list_keys.get(purpose, purpose)
    return {"contactList": {"list": key, "contact": contact, "status": status}}


async def test_a_contact_is_found_by_address_and_has_a_status_on_each_list(campaign: Bench) -> None:
    contact = await only_id(campaign)
    _, body = await call(campaign, "GET", f"contacts/{contact}/contactLists")
    assert sorted(one["status"] for one in body["contactLists"]) == ["0", "1"]
    assert await call(campaign, "GET", "contacts", params={"email": "no@example.test"}) == (
        200,
        {"scoreValues": [], "contacts": [], "meta": {"total": "0"}},
    )


async def test_a_status_is_set_for_one_list(campaign: Bench) -> None:
    contact = await only_id(campaign)
    status, body = await call(campaign, "POST", "contactLists", json=change(campaign, contact, 2))
    assert (status, body["contactList"]["status"]) == (200, 2)
    state = (await campaign.control.person(ADA.key))["activecampaign"]
    assert state["lists"] == [{"marketing-campaigns": "1", "surveys": "2"}]
    assert (await call(campaign, "POST", "contactLists", json=change(campaign, contact, 7)))[0] == 400
    assert (await call(campaign, "POST", "contactLists", json=change(campaign, contact, 1, "nolist")))[0] == 400
    status, body = await call(campaign, "POST", "contactLists", json=change(campaign, "99", 1))
    assert (status, body["message"]) == (404, "No Result found for Subscriber with id 99")


async def test_who_is_new_on_a_list_is_answered_by_201(campaign: Bench) -> None:
    _, body = await call(campaign, "POST", "contacts", json={"contact": {"email": "new@example.test"}})
    new = body["contact"]["id"]
    answers = [await call(campaign, "POST", "contactLists", json=change(campaign, new, 1)) for _ in range(2)]
    assert [status for status, _ in answers] == [201, 200]


async def test_a_deletion_is_answered_by_an_empty_object_and_then_by_a_404(campaign: Bench) -> None:
    contact = await only_id(campaign)
    assert await call(campaign, "DELETE", f"contacts/{contact}") == (200, {})
    again = await call(campaign, "DELETE", f"contacts/{contact}")
    assert again == (404, {"message": f"No result found for contact with id {contact}"})
    assert [entry["effect"] for entry in await campaign.control.ledger()] == ["delete"]


async def test_a_contact_is_made_once(campaign: Bench) -> None:
    body = {"contact": {"email": "new@example.test"}}
    assert (await call(campaign, "POST", "contacts", json=body))[0] == 201
    status, said = await call(campaign, "POST", "contacts", json=body)
    assert (status, said["errors"][0]["code"]) == (422, "duplicate")
    assert (await call(campaign, "POST", "contacts", json={}))[0] == 422


async def test_a_wrong_key_and_a_wrong_list(campaign: Bench) -> None:
    assert (await call(campaign, "GET", "lists/7"))[1]["message"] == "No Result found for _List with id 7"
    assert (await call(campaign, "GET", "lists/7", token="wrong"))[0] == 403
