from __future__ import annotations

import asyncio
import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from infra.sandbox import Fault, Person

if TYPE_CHECKING:
    from pathlib import Path

    from contract.sandbox.conftest import Bench, MakeBench, Reply

PEOPLE = [
    Person(key=f"subject-{n}", email=f"p{n}@example.test", ga_client_id=f"{n}.1", crm=("Leads",)) for n in range(3)
]


@pytest.fixture
async def zoho(make_bench: MakeBench) -> Bench:
    bench = await make_bench(limits_scale=100)
    await bench.log_in_to_zoho()
    await bench.control.seed(PEOPLE)
    return bench


async def never_mail(bench: Bench, number: int = 0) -> Reply:
    form = {"resfmt": "JSON", "contactinfo": f"{{Contact Email:p{number}@example.test}}"}
    return await bench.call("POST", "zoho_campaigns", "/api/v1.1/json/contactdonotmail", data=form)


async def search(bench: Bench, number: int = 0) -> Reply:
    return await bench.call("GET", "zoho_crm", f"/crm/v8/Leads/search?email=p{number}@example.test")


async def do_not_mail(bench: Bench, number: int = 0) -> bool:
    held: Any = (await bench.control.person(f"subject-{number}"))["zoho_campaigns"]["do_not_mail"]
    return bool(held)


async def struck(bench: Bench, calls: int) -> None:
    async with asyncio.timeout(5):
        while (await bench.control.faults())[0]["struck"] < calls:
            pass


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_status_in_the_vendors_own_shape_and_nothing_applied(zoho: Bench, status: int) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="status", status=status))
    reply = await never_mail(zoho)
    assert (reply.status, reply.body["code"]) == (status, str(status))
    assert await do_not_mail(zoho) is False
    assert (await search(zoho)).status == 200
    await zoho.control.clear_faults()
    assert (await never_mail(zoho)).status == 200


async def test_lie_is_a_200_with_an_error_the_vendors_way_and_nothing_applied(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(kind="lie"))
    told = await never_mail(zoho)
    assert (told.status, told.body["status"], told.body["code"]) == (200, "error", "500")
    assert await do_not_mail(zoho) is False
    (record,) = (await zoho.control.person("subject-0"))["zoho_crm"]["records"]
    told = await zoho.call("DELETE", "zoho_crm", f"/crm/v8/Leads?ids={record['id']}")
    (item,) = told.body["data"]
    assert (told.status, item["code"], item["status"]) == (200, "INTERNAL_ERROR", "error")
    assert item["details"] == {"id": record["id"]}
    assert (await zoho.control.person("subject-0"))["zoho_crm"]["records"] == [record]
    told = await zoho.call("POST", "google_analytics", "/analytics/v3/userDeletion/userDeletionRequests:upsert")
    assert (told.status, told.body["error"]["code"]) == (200, 500)


async def test_retry_after_in_seconds_and_as_a_date(zoho: Bench) -> None:
    as_date = Fault(kind="status", verb="search", status=429, retry_after_s=60, retry_after_as="date")
    await zoho.control.set_fault(as_date, Fault(kind="status", verb="contactdonotmail", status=429, retry_after_s=7))
    assert (await never_mail(zoho)).headers["Retry-After"] == "7"
    when = parsedate_to_datetime((await search(zoho)).headers["Retry-After"])
    assert when.timestamp() == zoho.clock() + 60


async def test_reset_applies_the_change_and_breaks_off_before_the_answer(zoho: Bench, tmp_path: Path) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="reset", times=1))
    with pytest.raises(aiohttp.ClientError):
        await never_mail(zoho)
    assert await do_not_mail(zoho) is True
    (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["people"] == ["subject-0"]
    assert (await never_mail(zoho)).body["message"] == "User already in Do-Not-Mail."


async def test_reset_before_applies_nothing(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="reset", stage="before"))
    with pytest.raises(aiohttp.ClientError):
        await never_mail(zoho)
    assert await do_not_mail(zoho) is False


async def test_status_after_applies_the_change_and_still_says_500(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="status", status=500, stage="after"))
    assert (await never_mail(zoho)).status == 500
    assert await do_not_mail(zoho) is True


@pytest.mark.parametrize(("stage", "applied"), [("before", False), ("after", True)])
async def test_hang_never_answers(zoho: Bench, stage: Any, applied: bool) -> None:  # noqa: FBT001 - a table's column
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="hang", stage=stage))
    call = asyncio.create_task(never_mail(zoho))
    await struck(zoho, 1)
    assert await do_not_mail(zoho) is applied
    assert not (await asyncio.wait([call], timeout=0.1))[0]
    call.cancel()


async def test_stopping_frees_those_who_hang(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="hang"))
    hanging = asyncio.create_task(never_mail(zoho))
    await struck(zoho, 1)
    async with asyncio.timeout(5):
        await zoho.sandbox.stop()
        with pytest.raises(aiohttp.ClientError):
            await hanging


async def test_latency_delays_and_adds_up(zoho: Bench) -> None:
    slow = Fault(vendor="zoho_crm", kind="latency", seconds=0.05)
    await zoho.control.set_fault(slow, slow)
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert (await search(zoho)).status == 200
    assert loop.time() - start >= 0.1


@pytest.mark.parametrize("stage", ["before", "after"])
async def test_slow_call_is_applied_though_the_client_gave_up(zoho: Bench, stage: Any) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="latency", seconds=0.1, stage=stage))
    call = asyncio.create_task(never_mail(zoho))
    await struck(zoho, 1)
    call.cancel()
    async with asyncio.timeout(5):
        while not await do_not_mail(zoho):
            pass


async def test_stopped_sandbox_applies_nothing_any_more(zoho: Bench, tmp_path: Path) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_campaigns", kind="latency", seconds=60))
    waiting = asyncio.create_task(never_mail(zoho))
    await struck(zoho, 1)
    await zoho.sandbox.stop()
    with pytest.raises(aiohttp.ClientError):
        await waiting
    assert (tmp_path / "ledger.jsonl").read_text() == ""


async def test_only_so_many_calls_may_be_under_way_at_once(make_bench: MakeBench) -> None:
    bench = await make_bench(faults=[Fault(vendor="zoho_crm", kind="hang", times=20)])
    await bench.log_in_to_zoho()
    hanging = [asyncio.create_task(search(bench)) for _ in range(20)]
    await struck(bench, 20)
    refused = await search(bench)
    assert (refused.status, refused.body["code"]) == (429, "TOO_MANY_REQUESTS")
    for task in hanging:
        task.cancel()
    async with asyncio.timeout(5):
        while (await search(bench)).status != 204:
            pass


async def test_one_persons_first_calls_fail_and_nobody_elses(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(kind="status", status=503, person="P1@example.test", times=2))
    assert [(await never_mail(zoho, number)).status for number in (0, 1, 2, 1, 1)] == [200, 503, 200, 503, 200]
    assert (await zoho.control.faults())[0]["struck"] == 2


async def test_one_person_fails_for_ever_under_any_name_and_by_record_id(zoho: Bench) -> None:
    (record,) = (await zoho.control.person("subject-1"))["zoho_crm"]["records"]
    await zoho.control.set_fault(Fault(kind="status", status=500, person="subject-1"))
    update = await zoho.call("PUT", "zoho_crm", f"/crm/v8/Leads/{record['id']}", json={"data": [{}], "trigger": []})
    assert [update.status, (await search(zoho, 1)).status, (await never_mail(zoho, 1)).status] == [500, 500, 500]
    assert [(await search(zoho, 2)).status, (await never_mail(zoho, 2)).status] == [200, 200]


async def test_person_is_found_by_client_id(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(vendor="google_analytics", kind="status", status=503, person="subject-1"))
    path, body = (
        "/analytics/v3/userDeletion/userDeletionRequests:upsert",
        {"id": {"type": "CLIENT_ID", "userId": "1.1"}},
    )
    assert (await zoho.call("POST", "google_analytics", path, json=body)).status == 503
    body["id"]["userId"] = "2.1"
    assert (await zoho.call("POST", "google_analytics", path, json=body)).status == 401


async def test_share_strikes_some_and_the_same_ones_for_the_same_seed(make_bench: MakeBench, tmp_path: Path) -> None:
    runs = []
    for run in range(2):
        faults = [Fault(vendor="zoho_crm", kind="status", share=0.5)]
        bench = await make_bench(faults=faults, fault_seed=3, ledger_path=tmp_path / f"{run}.jsonl")
        await bench.log_in_to_zoho()
        runs.append([(await search(bench)).status for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {204, 503}


async def test_one_vendors_fault_leaves_the_others_alone(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(vendor="zoho_crm", kind="status", status=503))
    assert (await search(zoho)).status == 503
    assert (await never_mail(zoho)).status == 200
    assert (await zoho.zoho_token()).status == 200


async def test_faults_are_disarmed_one_by_one(zoho: Bench) -> None:
    first, second = await zoho.control.set_fault(
        Fault(vendor="zoho_crm", kind="status", status=500), Fault(vendor="zoho_crm", kind="status", status=502)
    )
    assert (await search(zoho)).status == 500
    await zoho.control.clear_faults(first)
    assert (await search(zoho)).status == 502
    assert [fault["id"] for fault in await zoho.control.faults()] == [second]


@pytest.mark.parametrize("fault", [Fault(kind="hang", vendor="zoho"), Fault(kind="hang", verb="erase")])
async def test_fault_that_could_never_strike_is_refused(zoho: Bench, fault: Fault) -> None:
    with pytest.raises(aiohttp.ClientResponseError, match="to strike"):
        await zoho.control.set_fault(fault)


async def test_expired_tokens_are_401_until_a_new_one_is_bought(zoho: Bench) -> None:
    await zoho.control.grant("zoho_accounts", "expire")
    assert (await search(zoho)).status == 401
    await zoho.log_in_to_zoho()
    assert (await search(zoho)).status == 200


async def test_401_by_fault_is_said_the_vendors_way(zoho: Bench) -> None:
    await zoho.control.set_fault(Fault(kind="status", status=401))
    assert (await search(zoho)).body["code"] == "INVALID_TOKEN"
    assert (await never_mail(zoho)).body["message"] == "Unauthorized request."
