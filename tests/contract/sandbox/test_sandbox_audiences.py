"""The ads platforms of the sandbox: what they refuse changes nobody."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from contract.sandbox.test_sandbox_google import log_in

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="s-ada", email="ada@example.test", lists={"surveys": "active"})
HASH = sha256(ADA.email.encode()).hexdigest()
DATA_MANAGER = "https://www.googleapis.com/auth/datamanager"
NAMED = {"User-Agent": "web:consent-relay:v1 (by /u/acme_ads)"}
RESTLI = {"X-Restli-Protocol-Version": "2.0.0", "LinkedIn-Version": "202604", "X-RestLi-Method": "BATCH_CREATE"}


async def known(bench: Bench, vendor: str) -> bool:
    return bool((await bench.control.person(ADA.key))[vendor]["known"])


def audience(bench: Bench) -> str:
    return dict(bench.sandbox.settings.list_keys)["surveys"]


async def refused(bench: Bench, vendor: str, reply: Reply, status: int) -> Any:
    assert reply.status == status
    assert await known(bench, vendor)
    assert await bench.control.ledger() == []
    return reply.body.get("error", reply.body)


async def meta(bench: Bench, payload: Any, *, id_: str = "", token: str = "") -> Reply:
    token = token or bench.sandbox.settings.secrets["meta_ads_token"]
    path = f"/v26.0/{id_ or audience(bench)}/users"
    body = {"payload": payload}
    return await bench.call("DELETE", "meta_ads", path, json=body, params={"access_token": token})


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {"schema": ["EMAIL"], "data": []},
        {"schema": ["EMAIL", "PHONE"], "data": [[HASH]]},
        {"schema": ["NAME"], "data": [[HASH]]},
        {"schema": "EMAIL_SHA256", "data": [HASH]},
    ],
)
async def test_meta_refuses_what_it_cannot_read(bench: Bench, payload: Any) -> None:
    await bench.control.seed([ADA])
    error = await refused(bench, "meta_ads", await meta(bench, payload), 400)
    assert error["code"] == 100


async def test_meta_counts_what_is_no_hash_and_tells_errors_by_number(bench: Bench) -> None:
    await bench.control.seed([ADA])
    good = {"schema": ["EMAIL"], "data": [[HASH], ["ada@example.test"]]}
    error = await refused(bench, "meta_ads", await meta(bench, good, id_="404"), 400)
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert (await refused(bench, "meta_ads", await meta(bench, good, token="x"), 401))["code"] == 190
    reply = await meta(bench, good)
    assert (reply.body["num_received"], reply.body["num_invalid_entries"]) == (2, 1)
    assert not await known(bench, "meta_ads")


def request(bench: Bench, **changed: Any) -> dict[str, Any]:
    account = {"accountType": "GOOGLE_ADS", "accountId": "1234567890"}
    member = {"userData": {"userIdentifiers": [{"emailAddress": HASH}]}}
    destination = {"operatingAccount": account, "productDestinationId": audience(bench)}
    return {"destinations": [destination], "audienceMembers": [member], "encoding": "HEX", **changed}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"destinations": []}, "INVALID_DESTINATION"),
        ({"audienceMembers": []}, "INVALID_AUDIENCE_MEMBER"),
        ({"encoding": "BASE64"}, "INVALID_SHA256_FORMAT"),
    ],
)
async def test_google_refuses_with_a_reason(bench: Bench, changed: dict[str, Any], reason: str) -> None:
    await bench.control.seed([ADA])
    await log_in(bench, scope=DATA_MANAGER)
    path = "/v1/audienceMembers:remove"
    reply = await bench.call("POST", "google_ads", path, json=request(bench, **changed))
    error = await refused(bench, "google_ads", reply, 400)
    assert error["details"][1]["fieldViolations"][0]["reason"] == reason


async def test_google_takes_nobody_in_without_the_terms_and_says_later_what_it_did(bench: Bench) -> None:
    await bench.control.seed([ADA])
    await log_in(bench, scope=DATA_MANAGER)
    reply = await bench.call("POST", "google_ads", "/v1/audienceMembers:ingest", json=request(bench))
    await refused(bench, "google_ads", reply, 400)
    taken = await bench.call("POST", "google_ads", "/v1/audienceMembers:remove", json=request(bench))
    asked = {"requestId": taken.body["requestId"]}
    status = await bench.call("GET", "google_ads", "/v1/requestStatus:retrieve", params=asked)
    assert status.body == {"requestStatusPerDestination": [{"requestStatus": "SUCCESS"}]}
    assert not await known(bench, "google_ads")


async def test_linkedin_gives_each_element_a_status(bench: Bench) -> None:
    await bench.control.seed([ADA])
    secrets = bench.sandbox.settings.secrets
    form = {key: secrets[f"linkedin_ads_{key}"] for key in ("client_id", "client_secret", "refresh_token")}
    token = await bench.call(
        "POST", "linkedin_ads", "/oauth/v2/accessToken", data=form | {"grant_type": "refresh_token"}
    )
    bench.authorization = f"Bearer {token.body['access_token']}"
    names = [[{"idType": "SHA256_EMAIL", "idValue": value}] for value in ("ada@example.test", HASH)]
    path = f"/rest/dmpSegments/{audience(bench)}/users"
    reply = await bench.call("POST", "linkedin_ads", path, json={"elements": []})
    await refused(bench, "linkedin_ads", reply, 400)
    headers = RESTLI | {"Authorization": bench.authorization}
    url = bench.sandbox.settings.base_urls["linkedin_ads"] + path
    elements = [{"action": "REMOVE", "userIds": one} for one in names]
    async with bench.session.post(url, headers=headers, json={"elements": elements}) as answer:
        assert (answer.status, await answer.json()) == (200, {"elements": [{"status": 400}, {"status": 201}]})
    assert not await known(bench, "linkedin_ads")


async def test_reddit_wants_a_name_in_the_user_agent_and_a_client_by_basic(bench: Bench) -> None:
    await bench.control.seed([ADA])
    path = f"/api/v3/custom_audiences/{audience(bench)}/users"
    data = {"action_type": "REMOVE", "column_order": ["EMAIL_SHA256"], "user_data": [[HASH]]}
    await refused(bench, "reddit_ads", await bench.call("PATCH", "reddit_ads", path, json={"data": data}), 403)
    secrets, url = bench.sandbox.settings.secrets, bench.sandbox.settings.base_urls["reddit_ads"]
    client = {key: secrets[f"reddit_ads_{key}"] for key in ("client_id", "client_secret")}
    form = {"grant_type": "refresh_token", "refresh_token": secrets["reddit_ads_refresh_token"]}
    basic = {"Authorization": f"Basic {b64encode(':'.join(client.values()).encode()).decode()}"}
    statuses = []
    for headers, body in ((NAMED, form | client), (NAMED | basic, form | client), (NAMED | basic, form)):
        async with bench.session.post(f"{url}/api/v1/access_token", headers=headers, data=body) as answer:
            statuses.append(answer.status)
    assert statuses == [401, 401, 200]
