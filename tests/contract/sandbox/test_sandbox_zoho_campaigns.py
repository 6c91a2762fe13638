from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(
    key="subject-1",
    email="ada@example.test",
    lists={"marketing-campaigns": "active", "surveys": "active"},
)


@pytest.fixture
async def campaigns(bench: Bench) -> Bench:
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA])
    return bench


async def post(bench: Bench, name: str, email: str = ADA.email, purpose: str = "", **more: str) -> Reply:
    form = {"resfmt": "JSON", "contactinfo": f"{{Contact Email:{email}}}"}
    if purpose:
        form["listkey"] = bench.sandbox.settings.list_keys.get(purpose, purpose)
    return await bench.call("POST", "zoho_campaigns", f"/api/v1.1/json/{name}", data=form | more)


async def state(bench: Bench, name: str = ADA.key) -> Any:
    return (await bench.control.person(name))["zoho_campaigns"]


async def test_unsubscribe_takes_off_one_list(campaigns: Bench) -> None:
    reply = await post(campaigns, "listunsubscribe", purpose="marketing-campaigns")
    assert (reply.status, reply.body["code"]) == (200, "0")
    assert reply.body["message"] == "User successfully unsubscribed."
    assert (await state(campaigns))["lists"] == {"marketing-campaigns": "unsub", "surveys": "active"}
    again = await post(campaigns, "listunsubscribe", purpose="marketing-campaigns")
    assert again.body["code"] == "0"
    assert [entry["changed"] for entry in await campaigns.control.ledger()] == [True, False]


async def test_do_not_mail_is_for_good_and_no_subscription_lifts_it(campaigns: Bench) -> None:
    first, again = await post(campaigns, "contactdonotmail"), await post(campaigns, "contactdonotmail")
    assert first.body["message"] == "User successfully moved to Do-Not-Mail."
    assert (again.body["code"], again.body["message"]) == ("0", "User already in Do-Not-Mail.")
    refused = await post(campaigns, "listsubscribe", purpose="surveys")
    assert (refused.status, refused.body["code"], refused.body["status"]) == (200, "2006", "error")
    assert await state(campaigns) == {
        "known": True,
        "lists": {"marketing-campaigns": "unsub", "surveys": "unsub"},
        "do_not_mail": True,
    }
    assert [entry["effect"] for entry in await campaigns.control.ledger()] == ["withdraw", "withdraw"]


async def test_do_not_mail_takes_an_unknown_address(campaigns: Bench) -> None:
    assert (await post(campaigns, "contactdonotmail", "new@example.test")).body["code"] == "0"
    assert (await state(campaigns, "new@example.test"))["do_not_mail"] is True
    assert (await campaigns.control.ledger())[0]["people"] == ["new@example.test"]


async def test_list_with_a_form_waits_for_the_person(campaigns: Bench) -> None:
    reply = await post(campaigns, "listsubscribe", "new@example.test", "marketing-campaigns")
    assert reply.body["code"] == "0"
    assert reply.body["message"].startswith("A confirmation email is sent")
    assert (await state(campaigns, "new@example.test"))["lists"] == {"marketing-campaigns": "pending"}
    await campaigns.control.happen("zoho_campaigns", "confirm", "new@example.test", purpose="marketing-campaigns")
    assert (await state(campaigns, "new@example.test"))["lists"] == {"marketing-campaigns": "active"}
    with pytest.raises(aiohttp.ClientResponseError, match="no subscription to confirm"):
        await campaigns.control.happen("zoho_campaigns", "confirm", ADA.key, purpose="surveys")


async def test_list_without_a_form_adds_at_once(campaigns: Bench) -> None:
    assert (await post(campaigns, "listsubscribe", "new@example.test", "surveys")).body["code"] == "0"
    assert (await state(campaigns, "new@example.test"))["lists"] == {"surveys": "active"}


async def test_subscribing_again_leaves_a_subscriber_subscribed(campaigns: Bench) -> None:
    assert (await post(campaigns, "listsubscribe", purpose="marketing-campaigns")).body["code"] == "0"
    assert (await state(campaigns))["lists"]["marketing-campaigns"] == "active"


@pytest.mark.parametrize(
    ("name", "form", "code"),
    [
        ("listsubscribe", {"email": "no-address", "purpose": "surveys"}, "2004"),
        ("listsubscribe", {"purpose": "no-such-list"}, "2501"),
        ("listsubscribe", {"purpose": "surveys", "contactinfo": "nonsense"}, "2001"),
        ("listunsubscribe", {"email": "stranger@example.test", "purpose": "surveys"}, "2103"),
        ("listunsubscribe", {"purpose": "no-such-list"}, "2102"),
        ("contactdonotmail", {"email": "no-address"}, "2004"),
    ],
)
async def test_errors_come_as_200_with_a_code(campaigns: Bench, name: str, form: dict[str, str], code: str) -> None:
    reply = await post(campaigns, name, **form)
    assert (reply.status, reply.body["code"], reply.body["status"]) == (200, code, "error")
    assert await campaigns.control.ledger() == []


async def test_contact_may_be_real_json_and_parameters_may_stand_in_the_query(campaigns: Bench) -> None:
    query = {"resfmt": "JSON", "contactinfo": '{"Contact Email": "ADA@example.test"}'}
    reply = await campaigns.call("POST", "zoho_campaigns", "/api/v1.1/json/contactdonotmail", params=query)
    assert reply.body["code"] == "0"
    assert (await state(campaigns))["do_not_mail"] is True


async def test_without_resfmt_the_answer_is_xml(campaigns: Bench) -> None:
    reply = await post(campaigns, "contactdonotmail", resfmt="")
    assert reply.headers["Content-Type"].startswith("application/xml")
    assert "<code>0</code>" in reply.body


async def test_bad_token_is_said_in_the_body(campaigns: Bench) -> None:
    campaigns.authorization = "Zoho-oauthtoken 1000.wrong"
    reply = await post(campaigns, "contactdonotmail")
    assert (reply.status, reply.body["message"]) == (200, "Unauthorized request.")


async def test_subscribers_are_listed_by_state(campaigns: Bench) -> None:
    await post(campaigns, "listsubscribe", "new@example.test", "marketing-campaigns")
    await post(campaigns, "listunsubscribe", purpose="surveys")
    seen = {}
    for purpose in ("marketing-campaigns", "surveys"):
        for status in ("active", "unsub"):
            query = {"resfmt": "JSON", "listkey": campaigns.sandbox.settings.list_keys[purpose], "status": status}
            reply = await campaigns.call("GET", "zoho_campaigns", "/api/v1.1/getlistsubscribers", params=query)
            seen[purpose, status] = [contact["contact_email"] for contact in reply.body["list_of_details"]]
    assert seen == {
        ("marketing-campaigns", "active"): [ADA.email],
        ("marketing-campaigns", "unsub"): [],
        ("surveys", "active"): [],
        ("surveys", "unsub"): [ADA.email],
    }


async def test_an_api_locks_for_half_an_hour_while_the_others_go_on(campaigns: Bench) -> None:
    for _ in range(500):
        assert (await post(campaigns, "contactdonotmail")).status == 200
    locked = await post(campaigns, "contactdonotmail")
    assert (locked.status, locked.body["error"]["title"]) == (400, "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED")
    assert (await post(campaigns, "listunsubscribe", purpose="surveys")).body["code"] == "0"
    campaigns.clock.advance(1799)
    assert (await post(campaigns, "contactdonotmail")).status == 400
    campaigns.clock.advance(1)
    assert (await post(campaigns, "contactdonotmail")).status == 200


async def test_wrong_path_is_said_in_the_body(campaigns: Bench) -> None:
    reply = await campaigns.call("POST", "zoho_campaigns", "/api/v1.1/json/deletecontact")
    assert (reply.status, reply.body["code"]) == (200, "1004")
