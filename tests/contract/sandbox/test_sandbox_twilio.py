from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person
from infra.sandbox.vendors.twilio import ACCOUNT

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test", phone="+4915112345678")
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


@pytest.fixture
async def twilio(bench: Bench) -> Bench:
    secrets = bench.sandbox.settings.secrets
    pair = f"{secrets['twilio_username']}:{secrets['twilio_password']}"
    bench.authorization = f"Basic {b64encode(pair.encode()).decode()}"
    await bench.control.seed([ADA])
    return bench


async def tell(twilio: Bench, *phones: str) -> Reply:
    items = [
        {"contact_id": phone, "correlation_id": f"{n:032}", "sender_id": "1234567", "status": "opt-out"}
        for n, phone in enumerate(phones)
    ]
    data = [("Items", json.dumps(item)) for item in items]
    return await twilio.call("POST", "twilio", "/v1/Consents/Bulk", data=data)


async def test_each_consent_has_an_answer_of_its_own_inside_201(twilio: Bench) -> None:
    told = await tell(twilio, str(ADA.phone), "+19")
    assert told.status == 201
    assert [one["error_code"] for one in told.body["items"]] == [0, 30646]
    assert (await twilio.control.person(ADA.key))["twilio"]["consents"] == {"1234567": "opt-out"}
    many = await tell(twilio, *[f"+49151123456{n:02}" for n in range(26)])
    assert (many.status, many.body["code"]) == (400, 20001)


async def test_lists_come_in_pages_and_without_a_filter_are_of_everybody(twilio: Bench) -> None:
    def rows(reply: Reply) -> Any:
        return [row["to"] for row in reply.body["messages"]]

    page = await twilio.call("GET", "twilio", f"{ROOT}/Messages.json", params={"PageSize": "1"})
    assert rows(page) == [ADA.phone]
    rest = await twilio.call("GET", "twilio", page.body["next_page_uri"].removeprefix("/twilio"))
    assert (rows(rest), rest.body["next_page_uri"]) == (["whatsapp:+15005550006"], None)
    mine = await twilio.call("GET", "twilio", f"{ROOT}/Messages.json", params={"To": str(ADA.phone)})
    assert rows(mine) == [ADA.phone]


async def test_a_record_is_deleted_once(twilio: Bench) -> None:
    listed = await twilio.call("GET", "twilio", f"{ROOT}/Calls.json", params={"From": str(ADA.phone)})
    path = f"{ROOT}/Calls/{listed.body['calls'][0]['sid']}.json"
    assert (await twilio.call("DELETE", "twilio", path)).status == 204
    gone = await twilio.call("DELETE", "twilio", path)
    assert (gone.status, gone.body["code"]) == (404, 20404)


async def test_elsewhere_and_without_credentials_nothing_is_told(twilio: Bench) -> None:
    elsewhere = await twilio.call("GET", "twilio", ROOT.replace(ACCOUNT, "AC2") + "/Calls.json")
    assert (elsewhere.status, elsewhere.body["code"]) == (404, 20404)
    twilio.authorization = "Basic eDp5"
    refused = await twilio.call("GET", "twilio", f"{ROOT}.json")
    assert (refused.status, refused.body["code"]) == (401, 20003)
