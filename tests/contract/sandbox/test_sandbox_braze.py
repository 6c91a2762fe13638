from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="Ada@example.test", crm=("Contacts", "Leads"), lists={"surveys": "active"})
IDS = ["braze-subject-1-0", "braze-subject-1-1"]


@pytest.fixture
async def braze(bench: Bench) -> Bench:
    bench.authorization = f"Bearer {bench.sandbox.settings.secrets['braze_token']}"
    await bench.control.seed([ADA])
    return bench


async def post(bench: Bench, path: str, body: Any) -> Reply:
    return await bench.call("POST", "braze", path, json=body)


async def test_the_export_shows_every_profile_with_the_address(braze: Bench) -> None:
    reply = await post(
        braze, "/users/export/ids", {"email_address": "ADA@example.test", "fields_to_export": ["email"]}
    )
    assert reply.status == 201
    assert [user["braze_id"] for user in reply.body["users"]] == IDS
    nobody = await post(
        braze, "/users/export/ids", {"email_address": "x@example.test", "fields_to_export": ["email"]}
    )
    assert nobody.body == {"message": "success", "users": []}


async def test_a_deletion_counts_what_it_queued(braze: Bench) -> None:
    reply = await post(braze, "/users/delete", {"braze_ids": [IDS[0], "unknown"]})
    assert (reply.status, reply.body) == (201, {"deleted": 1})
    assert (await braze.control.person(ADA.key))["braze"]["profiles"] == 1


@pytest.mark.parametrize(
    "body", [{}, {"braze_ids": []}, {"braze_ids": ["x"] * 51}, {"braze_ids": ["x"], "external_ids": ["y"]}]
)
async def test_a_deletion_that_braze_would_refuse_is_refused(braze: Bench, body: Any) -> None:
    assert (await post(braze, "/users/delete", body)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"email": ["x@example.test"] * 51, "subscription_state": "unsubscribed"},
        {"email": [], "subscription_state": "unsubscribed"},
        {"email": "x@example.test", "subscription_state": "gone"},
    ],
)
async def test_a_status_that_braze_would_refuse_is_refused(braze: Bench, body: Any) -> None:
    assert (await post(braze, "/email/status", body)).status == 400


async def test_a_group_of_nobodys_is_refused_as_a_whole(braze: Bench) -> None:
    good = {
        "subscription_group_id": braze.sandbox.settings.list_keys["surveys"],
        "subscription_state": "unsubscribed",
        "emails": [ADA.email],
    }
    bad = good | {"subscription_group_id": "other"}
    assert (await post(braze, "/v2/subscription/status/set", {"subscription_groups": [good, bad]})).status == 400
    assert (await braze.control.person(ADA.key))["braze"]["groups"] == {"surveys": True}
    assert (await post(braze, "/v2/subscription/status/set", {"subscription_groups": [good]})).status == 201
    standing = await braze.call("GET", "braze", "/subscription/user/status", params={"email": ADA.email})
    assert {g["status"] for user in standing.body["users"] for g in user["subscription_groups"]} == {"Unsubscribed"}


async def test_a_call_too_many_is_told_when_the_window_ends(braze: Bench) -> None:
    for _ in range(250):
        reply = await post(braze, "/users/export/ids", {"email_address": "x@e.test", "fields_to_export": ["email"]})
        assert reply.status == 201
    refused = await post(braze, "/users/export/ids", {"email_address": "x@e.test", "fields_to_export": ["email"]})
    assert (refused.status, refused.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert float(refused.headers["X-RateLimit-Reset"]) == braze.clock.now + 60
    assert "Retry-After" not in refused.headers


async def test_without_the_key_nothing_is_said(braze: Bench) -> None:
    braze.authorization = "Bearer other"
    assert (await post(braze, "/users/delete", {"braze_ids": IDS})).status == 401
