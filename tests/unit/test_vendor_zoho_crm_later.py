"""Zoho CRM's mass deletions, their jobs and read-backs, with odd answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_vendor_zoho_crm import NOBODY, crm, page, said
from vendor_support import EMAIL, Played, instruction, play, reply, vendor

from processors.vendors.base import Answer, Call, Reply, Result
from processors.vendors.later import Undone
from schemas.errors import BatchRefused, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.records import Action

MASS = vendor("zoho_crm", search_lag_s=0, mass_delete_above=1)
TWO = {"Contacts": page(("11", EMAIL), ("12", EMAIL)), "Leads": page(("21", EMAIL))}
REFS = ("Contacts:11", "Contacts:12", "job:Contacts:77")


def scheduled(job: str = "77") -> Reply:
    return reply({"data": [{"code": "SUCCESS", "details": {"job_id": job}, "status": "success"}]})


def delete(mass: Callable[[Call], Answer]) -> Played:
    """One person with two contacts and a lead."""

    def answer(call: Call) -> Answer:
        return mass(call) if call.path.endswith("/mass_delete") else crm(TWO)(call)

    return play(MASS.batch_script([instruction("delete")]), answer)


def poll(status: Answer, purge: Callable[[Call], Answer] | None = None, get: Answer = NOBODY) -> Played:
    def answer(call: Call) -> Answer:
        if call.path.endswith("/mass_delete"):
            return status
        if call.method == "DELETE":
            return purge(call) if purge else said(call, "SUCCESS", key="recycle_bin")
        return get

    return play(MASS.poll([instruction("delete", refs=REFS)]), answer)


def told(word: str) -> Reply:
    return reply({"data": [{"Status": word, "Deleted_Count": 2, "Failed_Count": 0, "Total_Count": 2}]})


def test_many_records_of_a_module_go_as_a_job_the_others_at_once() -> None:
    played = delete(lambda _: scheduled())
    acts = [(call.method, call.path, call.json or call.params.get("ids")) for call in played.calls[2:]]
    assert acts == [
        ("POST", "/crm/v8/Contacts/actions/mass_delete", {"ids": ["11", "12"]}),
        ("DELETE", "/crm/v8/Leads", "21"),
        ("DELETE", "/crm/v8/settings/recycle_bin", "21"),
    ]
    came = played.result["d1"]
    assert (came.outcome, came.evidence.job_id, came.evidence.detail) == ("accepted", "Contacts:77", "records=3")
    assert came.later.refs == ("Contacts:11", "Contacts:12", "Leads:21", "job:Contacts:77")
    assert "Contacts:11" not in repr(came.later)


@pytest.mark.parametrize("named", ["77", 77])
def test_a_jobs_id_may_be_text_or_number(named: Any) -> None:
    assert delete(lambda _: scheduled(named)).result["d1"].later.job_id == "Contacts:77"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (VendorUnavailable("timeout"), VendorUnavailable, "timeout"),
        (reply({"code": "NO_PERMISSION", "details": {}}, 400), BatchRefused, "no_permission"),
        (Reply(200, {}, b"<html>"), VendorUnavailable, "answer_is_no_json"),
        (
            reply({"data": [{"code": "SUCCESS", "details": {"id": "11"}}]}),
            VendorUnavailable,
            "record_not_answered_for",
        ),
    ],
)
def test_a_mass_deletion_that_is_answered_otherwise_is_no_success(answer: Any, kind: type, reason: str) -> None:
    came = delete(lambda _: answer).result["d1"]
    assert isinstance(came, kind)
    assert isinstance(came, VendorError)
    assert came.reason == reason


@pytest.mark.parametrize("word", ["RUNNING", "SCHEDULED", "ADDED"])
def test_whatever_is_not_over_runs(word: str) -> None:
    came = poll(told(word)).result["d1"]
    assert (came.outcome, came.later.job_id, came.later.refs) == ("accepted", "Contacts:77", REFS)


@pytest.mark.parametrize("status", [told("COMPLETED"), told("FAILED"), Reply(404), NOBODY])
def test_a_job_that_is_over_or_unknown_is_judged_by_its_records(status: Reply) -> None:
    assert poll(status).result["d1"].outcome == "executed"
    absent = poll(status, lambda call: said(call, "INVALID_DATA", 400, key="recycle_bin"))
    assert absent.result["d1"].outcome == "executed"
    there = poll(status, lambda call: said(call, "INVALID_DATA", 400, "recycle_bin"), reply({"data": [{}]}))
    assert isinstance(there.result["d1"], Undone)
    assert there.result["d1"].error.reason == "record_still_there"


@pytest.mark.parametrize(
    ("code", "kind"), [("RECORD_LOCKED", VendorUnavailable), ("SCHEDULED", VendorUnavailable), ("NO_WAY", Undone)]
)
def test_a_purge_that_may_pass_is_asked_again_and_one_that_is_refused_is_final(code: str, kind: type) -> None:
    came = poll(told("COMPLETED"), lambda call: said(call, code, key="recycle_bin")).result["d1"]
    assert isinstance(came, kind)


def test_a_question_that_fails_is_nobodys_answer() -> None:
    for error in (VendorUnavailable("http_503"), VendorRefused("http_400")):
        assert poll(error).result is error
    with pytest.raises(KeyError):  # which the engine makes an adapter_error of
        poll(reply({"data": [{}]}))


@pytest.mark.parametrize(
    ("action", "records", "came"),
    [
        ("delete", [], "verified"),
        ("delete", [{}], "found_again"),
        ("withdraw", [], "verified"),
        ("withdraw", [{"Email_Opt_Out": True}], "verified"),
        ("withdraw", [{"Email_Opt_Out": True}, {"Email_Opt_Out": False}], "not_opted_out"),
        ("withdraw", [{"Email_Opt_Out": True}, {}], "opt_out_not_shown"),
    ],
)
def test_reading_back_believes_only_what_is_shown(action: Action, records: list[dict[str, Any]], came: str) -> None:
    data = [{"id": str(number), "Email": EMAIL, **more} for number, more in enumerate(records)]
    played = play(MASS.read_back(instruction(action)), crm({"Contacts": reply({"data": data})} if data else {}))
    assert {call.method for call in played.calls} == {"GET"}
    match played.result:
        case Result(outcome=word) | Undone(VendorError(reason=word)) | VendorError(reason=word):
            assert word == came
    assert isinstance(played.result, VendorRefused) == (came == "opt_out_not_shown")
