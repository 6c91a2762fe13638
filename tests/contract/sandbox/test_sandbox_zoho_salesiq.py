from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="subject-1", email="ada@example.test")
ROOT = "/api/v2/zylker/conversations"


@pytest.fixture
async def salesiq(bench: Bench) -> Bench:
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA])
    return bench


async def test_only_closed_conversations_are_deleted(salesiq: Bench) -> None:
    await salesiq.control.happen("zoho_salesiq", "chat", ADA.key)
    listed = await salesiq.call("GET", "zoho_salesiq", ROOT, params={"email": ADA.email})
    ids = [int(one["id"]) for one in listed.body["data"]]
    salesiq.session.headers["X-SIQ-Channel"] = "website"
    assert (await salesiq.call("DELETE", "zoho_salesiq", ROOT, json={"ids": ids})).status == 400
    assert (await salesiq.call("DELETE", "zoho_salesiq", ROOT, json={"ids": ids[:1]})).status == 200
    left = await salesiq.call("GET", "zoho_salesiq", ROOT, params={"email": ADA.email})
    assert [int(one["id"]) for one in left.body["data"]] == ids[1:]


async def test_without_a_channel_or_ids_nothing_is_deleted(salesiq: Bench) -> None:
    listed = await salesiq.call("GET", "zoho_salesiq", ROOT)
    ids = [int(one["id"]) for one in listed.body["data"]]
    assert (await salesiq.call("DELETE", "zoho_salesiq", ROOT, json={"ids": ids})).status == 400
    salesiq.session.headers["X-SIQ-Channel"] = "website"
    assert (await salesiq.call("DELETE", "zoho_salesiq", ROOT, json={"ids": []})).status == 400
    assert (await salesiq.control.person(ADA.key))["zoho_salesiq"]["known"]
