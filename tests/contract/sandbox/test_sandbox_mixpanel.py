from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.sandbox import Person
from infra.sandbox.vendors.mixpanel import PROJECT

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test", user_id="u-ada")
ROOT = "/api/app/data-deletions/v3.0/"


@pytest.fixture
async def panel(bench: Bench) -> Bench:
    bench.authorization = f"Bearer {bench.sandbox.settings.secrets['mixpanel_token']}"
    await bench.control.seed([ADA])
    return bench


async def create(panel: Bench, *ids: str, token: str = PROJECT) -> Reply:
    panel.clock.advance(1)
    return await panel.call("POST", "mixpanel", ROOT, params={"token": token}, json={"distinct_ids": list(ids)})


async def test_a_task_can_be_cancelled_until_it_is_done(panel: Bench) -> None:
    panel.sandbox.engines["mixpanel"].vendor.jobs.takes_s = 60  # type: ignore[attr-defined]
    made = await create(panel, "u-ada")
    place = f"{ROOT}{made.body['results'][0]['tracking_id']}/"
    panel.clock.advance(1)
    assert (await panel.call("DELETE", "mixpanel", place, params={"token": PROJECT})).status == 204
    panel.clock.advance(60)
    asked = await panel.call("GET", "mixpanel", place, params={"token": PROJECT})
    assert asked.body["results"]["status"] == "REVOKED"
    assert (await panel.control.person(ADA.key))["mixpanel"]["known"]


async def test_what_is_no_task_is_refused(panel: Bench) -> None:
    assert (await create(panel)).status == 400
    assert (await create(panel, *map(str, range(2000)))).status == 400
    assert (await create(panel, "u-ada", token="other")).status == 403
    panel.clock.advance(1)
    none = await panel.call("GET", "mixpanel", f"{ROOT}7/", params={"token": PROJECT})
    assert none.body["results"]["status"] == "NOT_FOUND"
    assert (await panel.call("GET", "mixpanel", f"{ROOT}7/", params={"token": PROJECT})).status == 429
