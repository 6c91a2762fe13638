from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person
from infra.sandbox.vendors.zoho_analytics import ORGANISATION, VIEW, WORKSPACE

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test")
BEN = Person(key="subject-2", email="ben@example.test")
ROOT = f"/restapi/v2/workspaces/{WORKSPACE}/views/{VIEW}"


@pytest.fixture
async def zoho(bench: Bench) -> Bench:
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA, BEN])
    return bench


async def delete(zoho: Bench, config: Any, org: str = ORGANISATION) -> Reply:
    zoho.session.headers["ZANALYTICS-ORGID"] = org
    return await zoho.call("DELETE", "zoho_analytics", f"{ROOT}/rows", params={"CONFIG": json.dumps(config)})


async def known(zoho: Bench) -> list[bool]:
    return [(await zoho.control.person(one.key))["zoho_analytics"]["known"] for one in (ADA, BEN)]


async def test_a_criteria_deletes_its_rows_and_nothing_else_is_guessed(zoho: Bench) -> None:
    for config in ({}, {"criteria": ""}, {"criteria": "1=1"}, {"criteria": '"Visits"."Email"=\'a\' OR 1=1'}):
        assert (await delete(zoho, config)).status == 400
    assert await known(zoho) == [True, True]
    gone = await delete(zoho, {"criteria": '"Visits"."Email"=\'ada@example.test\''})
    assert gone.body["data"]["deletedRows"] == 1
    assert await known(zoho) == [False, True]
    assert (await delete(zoho, {"deleteAllRows": True}, org="1")).body["data"]["errorCode"] == 7103


async def test_all_rows_go_when_that_is_said(zoho: Bench) -> None:
    assert (await delete(zoho, {"deleteAllRows": True})).body["data"]["deletedRows"] == 2
    assert await known(zoho) == [False, False]
