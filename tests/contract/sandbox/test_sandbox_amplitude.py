from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test", user_id="u-ada")
ROOT = "/api/2/deletions/users"


@pytest.fixture
async def amplitude(bench: Bench) -> Bench:
    secrets = bench.sandbox.settings.secrets
    pair = f"{secrets['amplitude_username']}:{secrets['amplitude_password']}"
    bench.authorization = f"Basic {b64encode(pair.encode()).decode()}"
    await bench.control.seed([ADA])
    return bench


async def delete(amplitude: Bench, *ids: str, **more: Any) -> Reply:
    amplitude.clock.advance(1)
    return await amplitude.call("POST", "amplitude", ROOT, json={"user_ids": list(ids), **more})


async def test_an_unknown_id_refuses_all_unless_it_is_ignored(amplitude: Bench) -> None:
    assert (await delete(amplitude, "u-ada", "u-else")).status == 400
    assert (await delete(amplitude)).status == 400
    assert (await delete(amplitude, *map(str, range(101)), ignore_invalid_id="true")).status == 400
    taken = await delete(amplitude, "u-ada", "u-else", ignore_invalid_id="true", include_mapped_user_ids="true")
    assert taken.body["invalid_ids"] == ["u-else"]
    assert taken.body["amplitude_ids"][0]["user_id"] == "u-ada"


async def test_a_job_can_be_left_until_three_days_before_its_day(amplitude: Bench) -> None:
    taken = await delete(amplitude, "u-ada")
    number, day = taken.body["amplitude_ids"][0]["amplitude_id"], taken.body["day"]
    amplitude.clock.advance(1)
    left = await amplitude.call("DELETE", "amplitude", f"{ROOT}/{number}/{day}")
    assert left.body["amplitude_id"] == number
    await delete(amplitude, "u-ada")
    amplitude.clock.advance(10 * 86_400)
    assert (await amplitude.call("DELETE", "amplitude", f"{ROOT}/{number}/{day}")).status == 400
    amplitude.clock.advance(1)
    days = {"start_day": day, "end_day": day}
    listed = await amplitude.call("GET", "amplitude", ROOT, params=days)
    assert [one["status"] for one in listed.body] == ["submitted"]
    assert (await amplitude.call("GET", "amplitude", ROOT, params=days)).status == 429
