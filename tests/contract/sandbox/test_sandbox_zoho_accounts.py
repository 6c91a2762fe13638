from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, MakeBench


async def test_refresh_token_buys_an_access_token_for_an_hour(bench: Bench) -> None:
    reply = await bench.zoho_token()
    assert reply.status == 200
    assert reply.body["expires_in"] == 3600
    assert reply.body["token_type"] == "Bearer"
    bench.authorization = f"Zoho-oauthtoken {reply.body['access_token']}"
    assert (await bench.call("GET", "zoho_crm", "/crm/v8/Leads/search?email=a@example.test")).status == 204


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"client_id": "1000.WRONG"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"refresh_token": "1000.wrong"}, "invalid_code"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_errors_come_as_200_with_a_word_in_the_body(bench: Bench, changed: dict[str, str], word: str) -> None:
    reply = await bench.zoho_token(**changed)
    assert (reply.status, reply.body) == (200, {"error": word})


async def test_eleventh_token_in_ten_minutes_is_refused_with_400(bench: Bench) -> None:
    for _ in range(10):
        assert "access_token" in (await bench.zoho_token()).body
    refused = await bench.zoho_token()
    assert (refused.status, refused.body["error"]) == (400, "Access Denied")
    bench.clock.advance(600)
    assert "access_token" in (await bench.zoho_token()).body


async def test_sixteenth_token_kills_the_oldest(make_bench: MakeBench) -> None:
    bench = await make_bench(limits_scale=10)
    tokens = [(await bench.zoho_token()).body["access_token"] for _ in range(16)]
    statuses = []
    for token in tokens:
        bench.authorization = f"Zoho-oauthtoken {token}"
        statuses.append((await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")).status)
    assert statuses == [401] + [204] * 15


async def test_access_token_expires(bench: Bench) -> None:
    await bench.log_in_to_zoho()
    bench.clock.advance(3599)
    assert (await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")).status == 204
    bench.clock.advance(1)
    reply = await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")
    assert (reply.status, reply.body["code"]) == (401, "INVALID_TOKEN")


async def test_life_of_access_tokens_can_be_set(make_bench: MakeBench) -> None:
    bench = await make_bench(access_token_life_s=5)
    await bench.log_in_to_zoho()
    bench.clock.advance(5)
    assert (await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")).status == 401


async def test_revoked_refresh_token_kills_its_access_tokens_too(bench: Bench) -> None:
    await bench.log_in_to_zoho()
    await bench.control.grant("zoho_accounts", "revoke")
    assert (await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")).status == 401
    assert (await bench.zoho_token()).body == {"error": "invalid_code"}
    await bench.control.grant("zoho_accounts", "restore")
    await bench.log_in_to_zoho()
    assert (await bench.call("GET", "zoho_crm", "/crm/v8/settings/recycle_bin")).status == 204
