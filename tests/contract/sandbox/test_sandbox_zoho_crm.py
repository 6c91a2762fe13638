from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, MakeBench

ADA = Person(key="subject-1", email="ada@example.test", crm=("Leads", "Contacts"))
BEN = Person(key="subject-2", email="ben@example.test", crm=("Contacts",))
BIN = "/crm/v8/settings/recycle_bin"
QUIET = {"trigger": [], "skip_feature_execution": [{"name": "cadences"}]}
"""What an update says that starts nothing of the customer's own."""


@pytest.fixture
async def crm(bench: Bench) -> Bench:
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA])
    return bench


async def search(bench: Bench, module: str, email: str = ADA.email) -> list[str]:
    reply = await bench.call("GET", "zoho_crm", f"/crm/v8/{module}/search", params={"email": email})
    assert (reply.status == 204) == (reply.body == "")
    return [record["id"] for record in reply.body["data"]] if reply.status == 200 else []


async def state(bench: Bench, name: str = ADA.key) -> Any:
    return (await bench.control.person(name))["zoho_crm"]


async def put(bench: Bench, module: str, record_id: str, **body: Any) -> Any:
    return await bench.call("PUT", "zoho_crm", f"/crm/v8/{module}/{record_id}", json=body)


@pytest.mark.parametrize("header", ["", "Zoho-oauthtoken 1000.wrong", "Bearer 1000.wrong"])
async def test_without_a_good_token_nothing_is_told(crm: Bench, header: str) -> None:
    crm.authorization = header
    reply = await crm.call("GET", "zoho_crm", f"/crm/v8/Leads/search?email={ADA.email}")
    body = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"}
    assert (reply.status, reply.body) == (401, body)


async def test_good_token_under_the_wrong_word_is_refused(crm: Bench) -> None:
    crm.authorization = crm.authorization.replace("Zoho-oauthtoken", "Bearer")
    assert (await crm.call("GET", "zoho_crm", BIN)).status == 401


async def test_a_record_stands_in_its_own_module_alone(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    assert (await crm.call("GET", "zoho_crm", f"/crm/v8/Contacts/{record_id}")).status == 204
    assert (await crm.call("DELETE", "zoho_crm", f"/crm/v8/Contacts/{record_id}")).status == 400


async def test_one_address_may_stand_in_leads_and_contacts(crm: Bench) -> None:
    leads, contacts = await search(crm, "Leads"), await search(crm, "Contacts", "ADA@Example.Test")
    assert len(leads) == len(contacts) == 1
    assert leads != contacts
    assert await search(crm, "Leads", "nobody@example.test") == []


async def test_search_refuses_what_it_cannot_search(crm: Bench) -> None:
    no_email = await crm.call("GET", "zoho_crm", "/crm/v8/Leads/search")
    no_module = await crm.call("GET", "zoho_crm", "/crm/v8/Pets/search?email=x@example.test")
    assert (no_email.status, no_email.body["code"]) == (400, "EXPECTED_PARAM_MISSING")
    assert (no_module.status, no_module.body["code"]) == (400, "INVALID_MODULE")


async def test_opt_out_is_kept_and_entered_into_the_ledger(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    reply = await put(crm, "Leads", record_id, data=[{"Email_Opt_Out": True}], **QUIET)
    (result,) = reply.body["data"]
    assert (reply.status, result["code"], result["details"]["id"]) == (200, "SUCCESS", record_id)
    shown = await crm.call("GET", "zoho_crm", f"/crm/v8/Leads/{record_id}")
    assert shown.body["data"][0]["Email_Opt_Out"] is True
    assert [record["opted_out"] for record in (await state(crm))["records"]] == [True, False]
    (entry,) = await crm.control.ledger()
    assert (entry["vendor"], entry["verb"], entry["effect"]) == ("zoho_crm", "update", "withdraw")
    assert (entry["people"], entry["given"], entry["changed"]) == (["subject-1"], [record_id], True)
    assert entry["at"] == int(crm.clock() * 1_000_000)


async def test_an_update_fires_workflows_and_cadences_that_it_does_not_keep_from_it(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    data = [{"Email_Opt_Out": False}]
    await put(crm, "Leads", record_id, data=data)
    assert (await state(crm))["workflows_fired"] == 2
    assert [entry["effect"] for entry in await crm.control.ledger()] == ["grant", "workflow", "cadence"]
    await put(crm, "Leads", record_id, data=data, trigger=[])
    assert (await state(crm))["workflows_fired"] == 3, "an empty trigger list stops no cadence"
    await put(crm, "Leads", record_id, data=data, **QUIET)
    assert (await state(crm))["workflows_fired"] == 3


@pytest.mark.parametrize(
    ("record_id", "body"),
    [
        ("5725767000000999999", {"data": [{"Email_Opt_Out": True}]}),
        ("", {"data": [{"Email_Opt_Out": "yes"}]}),
        ("", {"data": {}}),
        ("", {}),
    ],
)
async def test_refused_updates_change_nothing(crm: Bench, record_id: str, body: dict[str, Any]) -> None:
    (known,) = await search(crm, "Leads")
    reply = await put(crm, "Leads", record_id or known, **body)
    result = reply.body["data"][0] if "data" in reply.body else reply.body
    assert (reply.status, result["code"], result["status"]) == (400, "INVALID_DATA", "error")
    assert await crm.control.ledger() == []


async def test_delete_moves_to_the_bin_and_purge_removes_for_good(crm: Bench) -> None:
    ids = {module: (await search(crm, module))[0] for module in ("Leads", "Contacts")}
    for module, record_id in ids.items():
        reply = await crm.call("DELETE", "zoho_crm", f"/crm/v8/{module}?ids={record_id}&wf_trigger=false")
        assert (reply.status, reply.body["data"][0]["message"]) == (200, "record deleted")
        assert (await crm.call("GET", "zoho_crm", f"/crm/v8/{module}/{record_id}")).status == 204
        assert await search(crm, module) == []
    assert (await state(crm))["known"] is True
    binned = (await crm.call("GET", "zoho_crm", BIN)).body["recycle_bin"]
    assert {record["id"]: record["module"]["api_name"] for record in binned} == {i: m for m, i in ids.items()}
    reply = await crm.call("DELETE", "zoho_crm", f"{BIN}?ids={','.join(ids.values())}")
    assert (reply.status, [r["code"] for r in reply.body["recycle_bin"]]) == (200, ["SUCCESS", "SUCCESS"])
    assert await state(crm) == {"known": False, "records": [], "workflows_fired": 0}
    assert (await crm.call("GET", "zoho_crm", BIN)).status == 204
    assert [entry["effect"] for entry in await crm.control.ledger()] == ["delete", "delete", "purge"]


async def test_delete_fires_workflows_unless_told_not_to(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    await crm.call("DELETE", "zoho_crm", f"/crm/v8/Leads/{record_id}")
    assert (await state(crm))["workflows_fired"] == 1
    assert [entry["effect"] for entry in await crm.control.ledger()] == ["delete", "workflow"]


async def test_mixed_deletion_is_207_and_a_repeat_400(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    path = f"/crm/v8/Leads?ids={record_id},5725767000000999999&wf_trigger=false"
    mixed, repeat = await crm.call("DELETE", "zoho_crm", path), await crm.call("DELETE", "zoho_crm", path)
    assert (mixed.status, [r["code"] for r in mixed.body["data"]]) == (207, ["SUCCESS", "INVALID_DATA"])
    assert (repeat.status, [r["message"] for r in repeat.body["data"]]) == (400, ["record not deleted"] * 2)
    assert len(await crm.control.ledger()) == 1


async def test_purge_of_what_is_not_in_the_bin_is_400(crm: Bench) -> None:
    (record_id,) = await search(crm, "Leads")
    assert (await crm.call("GET", "zoho_crm", f"{BIN}/{record_id}")).status == 204
    reply = await crm.call("DELETE", "zoho_crm", f"{BIN}/{record_id}")
    assert (reply.status, reply.body["recycle_bin"][0]["code"]) == (400, "INVALID_DATA")
    assert await search(crm, "Leads") == [record_id]


async def test_a_hundred_ids_at_once_and_no_more(bench: Bench) -> None:
    await bench.log_in_to_zoho()
    await bench.control.seed(Person(key=f"p{n}", email=f"p{n}@example.test", crm=("Leads",)) for n in range(101))
    held = [state["zoho_crm"]["records"][0]["id"] for state in (await bench.control.everybody()).values()]
    too_many = await bench.call("DELETE", "zoho_crm", f"/crm/v8/Leads?ids={','.join(held)}&wf_trigger=false")
    none = await bench.call("DELETE", "zoho_crm", "/crm/v8/Leads?wf_trigger=false")
    assert (too_many.status, too_many.body["code"]) == (400, "LIMIT_EXCEEDED")
    assert (none.status, none.body["code"]) == (400, "REQUIRED_PARAM_MISSING")
    assert await bench.control.ledger() == []
    ok = await bench.call("DELETE", "zoho_crm", f"/crm/v8/Leads?ids={','.join(held[:100])}&wf_trigger=false")
    assert (ok.status, len(ok.body["data"])) == (200, 100)
    page = await bench.call("GET", "zoho_crm", f"{BIN}?per_page=60&page=2")
    assert page.body["info"] == {"per_page": 60, "count": 40, "page": 2, "more_records": False}


async def test_search_lags_behind_an_edit_while_reading_by_id_does_not(make_bench: MakeBench) -> None:
    bench = await make_bench(crm_search_lag_s=30)
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA])
    (record_id,) = await search(bench, "Leads")
    await put(bench, "Leads", record_id, data=[{"Email_Opt_Out": True}], **QUIET)
    assert await search(bench, "Leads") == []
    assert (await bench.call("GET", "zoho_crm", f"/crm/v8/Leads/{record_id}")).status == 200
    bench.clock.advance(30)
    assert await search(bench, "Leads") == [record_id]


async def test_credits_of_a_day_run_out_with_429_and_no_retry_after(make_bench: MakeBench) -> None:
    bench = await make_bench(limits_scale=1 / 10_000)
    await bench.log_in_to_zoho()
    for _ in range(5):
        assert (await bench.call("GET", "zoho_crm", "/crm/v8/Leads/search?email=a@example.test")).status == 204
    refused = await bench.call("GET", "zoho_crm", "/crm/v8/Leads/search?email=a@example.test")
    assert (refused.status, refused.body["code"]) == (429, "TOO_MANY_REQUESTS")
    assert "Retry-After" not in refused.headers


async def test_malformed_id_and_wrong_path(crm: Bench) -> None:
    malformed = await crm.call("GET", "zoho_crm", "/crm/v8/Leads/abc")
    wrong = await crm.call("GET", "zoho_crm", "/crm/v8/Leads/1/2/3")
    assert (malformed.status, malformed.body["code"]) == (400, "INVALID_DATA")
    assert (wrong.status, wrong.body["code"]) == (404, "INVALID_URL_PATTERN")


MASS = "/crm/v8/Contacts/actions/mass_delete"


async def _mass(bench: Bench, *ids: str) -> Any:
    return await bench.call("POST", "zoho_crm", MASS, json={"ids": list(ids)})


async def test_mass_deletion_by_ids_is_answered_for_each_record_as_documented(crm: Bench) -> None:
    (record,) = await search(crm, "Contacts")
    reply = await _mass(crm, record, "4711")
    assert (reply.status, [item["code"] for item in reply.body["data"]]) == (207, ["SUCCESS", "INVALID_DATA"])
    assert [record["in_bin"] for record in (await state(crm))["records"]] == [False, True]
    assert (await state(crm))["workflows_fired"] == 0


async def test_a_mass_deletion_may_be_a_job_of_which_one_runs_at_a_time_and_that_is_told_in_counts(
    make_bench: MakeBench,
) -> None:
    bench = await make_bench(crm_job_s=60)
    await bench.log_in_to_zoho()
    await bench.control.seed([ADA, BEN])
    first, second = await search(bench, "Contacts"), await search(bench, "Contacts", BEN.email)
    await bench.control.happen("zoho_crm", "lock", BEN.key)
    reply = await _mass(bench, *first, *second)
    job = reply.body["data"][0]["details"]["job_id"]
    assert (await _mass(bench, *first)).body["code"] == "ALREADY_SCHEDULED"
    for status, deleted, failed in (("RUNNING", 0, 0), ("COMPLETED", 1, 1)):
        (told,) = (await bench.call("GET", "zoho_crm", MASS, params={"job_id": job})).body["data"]
        assert told == {"Status": status, "Deleted_Count": deleted, "Failed_Count": failed, "Total_Count": 2}
        bench.clock.now += 60
    assert (await bench.call("GET", "zoho_crm", MASS, params={"job_id": "1"})).status == 404
    assert await search(bench, "Contacts", BEN.email) == second
