from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="subject-1", email="ada@example.test", lists={"surveys": "active"})
BEN = Person(key="subject-2", email="ben@example.test", lists={"surveys": "active"})


@pytest.fixture
async def grid(bench: Bench) -> Bench:
    bench.authorization = f"Bearer {bench.sandbox.settings.secrets['sendgrid_token']}"
    await bench.control.seed([ADA, BEN])
    return bench


async def held(grid: Bench, person: Person = ADA) -> Any:
    return (await grid.control.person(person.key))["sendgrid"]


async def test_a_group_that_is_not_there_puts_the_address_on_the_global_list(grid: Bench) -> None:
    body = {"recipient_emails": [ADA.email]}
    assert (await grid.call("POST", "sendgrid", "/v3/asm/groups/100/suppressions", json=body)).status == 201
    assert ((await held(grid))["groups"], (await held(grid))["global"]) == (["newsletter"], False)
    assert (await grid.call("POST", "sendgrid", "/v3/asm/groups/999/suppressions", json=body)).status == 201
    assert (await held(grid))["global"]
    shown = await grid.call("GET", "sendgrid", f"/v3/asm/suppressions/global/{ADA.email}")
    assert shown.body == {"recipient_email": ADA.email}


async def test_deletions_of_contacts_by_id_or_of_all(grid: Bench) -> None:
    contacts = "/v3/marketing/contacts"
    search = {"emails": [ADA.email, "nobody@example.test"]}
    found = (await grid.call("POST", "sendgrid", f"{contacts}/search/emails", json=search)).body["result"]
    assert found["nobody@example.test"] == {"error": "contact not found"}
    ids = {"ids": found[ADA.email]["contact"]["id"]}
    assert (await grid.call("DELETE", "sendgrid", contacts, params=ids)).status == 202
    assert ((await held(grid))["contacts"], (await held(grid, BEN))["contacts"]) == (0, 1)
    assert (await grid.call("POST", "sendgrid", f"{contacts}/search/emails", json=search)).status == 404
    assert (await grid.call("DELETE", "sendgrid", contacts)).status == 400
    await grid.call("DELETE", "sendgrid", contacts, params={"delete_all_contacts": "true"})
    assert (await held(grid, BEN))["contacts"] == 0


async def test_an_erasure_takes_suppressions_with_it_and_no_bad_address(grid: Bench) -> None:
    path = "/v3/recipients/erasejob"
    bad = await grid.call("POST", "sendgrid", path, json={"email_addresses": ["nonsense"]})
    assert (bad.status, bad.body["errors"][0]["message"]) == (400, "Email_address nonsense is not valid")
    body = {"recipient_emails": [ADA.email]}
    await grid.call("POST", "sendgrid", "/v3/asm/suppressions/global", json=body)
    good = await grid.call("POST", "sendgrid", path, json={"email_addresses": [ADA.email]})
    assert (good.status, good.body) == (202, {"job_id": "job-1"})
    assert (await held(grid))["global"] is False


async def test_without_the_key_nothing_is_told(grid: Bench) -> None:
    grid.authorization = "Bearer SG.wrong"
    refused = await grid.call("GET", "sendgrid", "/v3/asm/groups")
    assert (refused.status, refused.body["errors"][0]["message"]) == (401, "authorization required")
