from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from vendor_support import EMAIL, Played, instruction, play, reply, shown, vendor

from processors.vendors.base import Answer, Call, Note, Reply, Result
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.records import Action

CRM = vendor("zoho_crm", search_lag_s=0)
NOBODY = Reply(204, {}, b"")
SHOWN = {"converted": "both", "approved": "both", "page": "1", "per_page": "200"}
SEARCHES = [("GET", f"/crm/v8/{module}/search", {"email": EMAIL, **SHOWN}) for module in ("Contacts", "Leads")]


def page(*records: tuple[str, str], more: bool = False) -> Reply:
    data = [{"id": record, "Email": email} for record, email in records]
    return reply({"data": data, "info": {"more_records": more}})


def said(call: Call, code: str, status: int = 200, key: str = "data") -> Reply:
    ids = call.params.get("ids", call.path.rpartition("/")[2]).split(",")
    return reply({key: [{"code": code, "status": "success", "details": {"id": one}} for one in ids]}, status)


def crm(
    found: Mapping[str, Answer] | None = None,
    delete: Callable[[Call], Answer] = lambda call: said(call, "SUCCESS"),
    purge: Callable[[Call], Answer] = lambda call: said(call, "SUCCESS", key="recycle_bin"),
    put: Callable[[Call], Answer] = lambda call: said(call, "SUCCESS"),
    get: Callable[[Call], Answer] = lambda _: NOBODY,
) -> Callable[[Call], Answer]:
    """A CRM by hand. `found`: module → answer of its search."""
    known = {"Contacts": page(("11", EMAIL)), "Leads": NOBODY} if found is None else found

    def answer(call: Call) -> Answer:
        if call.path.endswith("/search"):
            return known.get(call.path.split("/")[3], NOBODY)
        if call.method == "DELETE":
            return purge(call) if "recycle_bin" in call.path else delete(call)
        return put(call) if call.method == "PUT" else get(call)

    return answer


def delete(*refs: str, answer: Callable[[Call], Answer], name: str = "d1") -> Played:
    return play(CRM.batch_script([instruction("delete", delivery_id=name, refs=refs)]), answer)


@pytest.mark.parametrize(("action", "out"), [("withdraw", True), ("grant", False)])
def test_a_choice_looks_the_person_up_and_sets_the_switch_on_every_record(action: Action, out: bool) -> None:  # noqa: FBT001
    two = {"Contacts": page(("11", EMAIL), ("12", EMAIL.upper())), "Leads": page(("21", EMAIL))}
    played = play(CRM.script(instruction(action)), crm(two))
    quiet = {"trigger": [], "skip_feature_execution": [{"name": "cadences"}]}
    change = {"data": [{"Email_Opt_Out": out}], **quiet}
    updates = [("PUT", f"/crm/v8/{path}", change) for path in ("Contacts/11", "Contacts/12", "Leads/21")]
    assert [shown(call) for call in played.calls] == SEARCHES + updates
    assert played.result.outcome == "executed"
    assert played.result.evidence.detail == "records=3"


def test_a_neighbour_whom_the_search_finds_too_is_left_alone() -> None:
    answers = {"Contacts": page(("11", f"x{EMAIL}"), ("12", EMAIL), ("13", f"{EMAIL}.au"))}
    played = delete(answer=crm(answers))
    assert [call.params["ids"] for call in played.calls if call.method == "DELETE"] == ["12", "12"]
    assert (
        play(CRM.script(instruction("withdraw")), crm({"Leads": page(("11", "b@x.test"))})).result.outcome
        == "no_match"
    )


def test_an_unknown_person_is_no_match() -> None:
    for action in ("grant", "withdraw"):
        assert play(CRM.script(instruction(action)), crm({})).result.outcome == "no_match"
    played = delete(answer=crm({}))
    assert (played.result["d1"].outcome, played.notes) == ("no_match", [])


def test_a_search_that_lags_is_asked_twice_before_the_person_counts_as_unknown() -> None:
    patient = vendor("zoho_crm", search_lag_s=20)
    first = play(patient.batch_script([instruction("delete")]), crm({}))
    assert first.notes == [Note("d1", ("looked",))]
    assert isinstance(first.result["d1"], VendorUnavailable)
    assert (first.result["d1"].reason, first.result["d1"].retry_after) == ("not_found_yet", 20)
    second = play(patient.batch_script([instruction("delete", refs=("looked",))]), crm())
    assert (second.result["d1"].outcome, second.notes) == ("executed", [Note("d1", ("Contacts:11",))])
    withdrawn = play(patient.script(instruction("withdraw", refs=("looked",))), crm({}))
    assert withdrawn.result.outcome == "no_match"


def test_deletion_notes_the_records_then_deletes_without_workflows_then_purges() -> None:
    played = delete(answer=crm({"Contacts": page(("11", EMAIL)), "Leads": page(("21", EMAIL))}))
    assert [shown(call) for call in played.calls] == [
        *SEARCHES,
        ("DELETE", "/crm/v8/Contacts", {"ids": "11", "wf_trigger": "false"}),
        ("DELETE", "/crm/v8/Leads", {"ids": "21", "wf_trigger": "false"}),
        ("DELETE", "/crm/v8/settings/recycle_bin", {"ids": "11,21"}),
    ]
    assert played.steps.index(played.notes[0]) == 2, "noted before the first deletion"
    assert played.notes == [Note("d1", ("Contacts:11", "Leads:21"))]
    assert played.result["d1"].outcome == "executed"


def test_several_people_go_in_one_call_and_each_has_its_own_outcome() -> None:
    people = [
        instruction("delete", delivery_id="a"),
        instruction("delete", delivery_id="b", emails=("bob@example.test",)),
        instruction("delete", delivery_id="c", emails=()),
        instruction("delete", delivery_id="d", emails=("dan@example.test",)),
        instruction("delete", delivery_id="e", emails=("eve@example.test",)),
    ]
    known = {EMAIL: "11", "bob@example.test": "12", "eve@example.test": "15"}

    def answer(call: Call) -> Answer:
        if call.path == "/crm/v8/Contacts/search":
            email = call.params["email"]
            if email == "dan@example.test":
                return VendorUnavailable("timeout")
            return page((known[email], email))
        if call.path == "/crm/v8/Contacts":
            codes = {"11": "SUCCESS", "12": "RECORD_LOCKED", "15": "NO_PERMISSION"}
            return reply(
                {"data": [{"code": codes[i], "details": {"id": i}} for i in call.params["ids"].split(",")]}, 207
            )
        return crm({})(call)

    played = play(CRM.batch_script(people), answer)
    outcomes = {who: getattr(came, "outcome", None) or came.reason for who, came in played.result.items()}
    assert outcomes == {
        "a": "executed",
        "b": "record_locked",
        "c": "missing_identity",
        "d": "timeout",
        "e": "no_permission",
    }
    assert isinstance(played.result["b"], VendorUnavailable)
    assert isinstance(played.result["e"], VendorRefused)
    assert [call.params["ids"] for call in played.calls if "recycle_bin" in call.path] == ["11"]


def test_more_than_a_hundred_records_are_found_over_all_pages_and_deleted_in_hundreds() -> None:
    def answer(call: Call) -> Answer:
        if call.path != "/crm/v8/Contacts/search":
            return crm({})(call)
        number = int(call.params["page"])
        return page(*((f"{number}{n:03}", EMAIL) for n in range(200 if number == 1 else 30)), more=number == 1)

    played = delete(answer=answer)
    sizes = [call.params["ids"].count(",") + 1 for call in played.calls if call.path == "/crm/v8/Contacts"]
    assert sizes == [100, 100, 30]
    assert played.result["d1"].evidence.detail == "records=230"


def test_more_records_than_the_search_shows_are_nothing_to_guess_about() -> None:
    played = delete(answer=crm({"Contacts": page(("11", EMAIL), more=True)}))
    assert played.result["d1"].reason == "more_than_2000_records"
    assert not [call for call in played.calls if call.method == "DELETE"]


def test_a_redo_purges_what_an_earlier_try_left_in_the_bin() -> None:
    gone = crm({}, delete=lambda call: said(call, "INVALID_DATA", 400))
    played = delete("Contacts:11", answer=gone)
    assert [shown(call)[2] for call in played.calls if "recycle_bin" in call.path] == [{"ids": "11"}]
    assert (played.result["d1"].outcome, played.notes) == ("executed", [])


@pytest.mark.parametrize(
    ("where", "outcome"),
    [("", "executed"), ("/crm/v8/Leads/21", "record_still_there"), ("recycle_bin/21", "record_still_in_recycle_bin")],
)
def test_not_found_counts_as_gone_only_after_a_look_at_the_record_and_the_bin(where: str, outcome: str) -> None:
    answer = crm(
        {},
        delete=lambda call: said(call, "INVALID_DATA", 400),
        purge=lambda _: reply({"code": "INVALID_DATA", "details": {}, "status": "error"}, 400),
        get=lambda call: reply({"data": [{}]}) if where and call.path.endswith(where) else NOBODY,
    )
    came = delete("Leads:21", answer=answer).result["d1"]
    assert (came.outcome if isinstance(came, Result) else came.reason) == outcome
    assert isinstance(came, Result) or came.retriable


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("SCHEDULED", VendorUnavailable, "scheduled"),
        ("CANNOT_DELETE", VendorRefused, "cannot_delete"),
        ("INVALID_DATA", VendorUnavailable, "not_yet_in_recycle_bin"),
        ("ann@example.test", VendorRefused, "unknown_code"),
    ],
)
def test_only_the_code_success_of_a_purge_means_gone(code: str, kind: type[VendorError], reason: str) -> None:
    came = delete(answer=crm(purge=lambda call: said(call, code, key="recycle_bin"))).result["d1"]
    assert isinstance(came, kind)
    assert came.reason == reason


def test_an_answer_that_leaves_a_record_out_is_no_success() -> None:
    answer = crm({"Contacts": page(("11", EMAIL), ("12", EMAIL))}, delete=lambda _: reply({"data": [
        {"code": "SUCCESS", "details": {"id": "11"}}]}))  # fmt: skip
    assert delete(answer=answer).result["d1"].reason == "record_not_answered_for"


def test_of_several_errors_the_one_that_stops_everybody_is_reported() -> None:
    errors = {"Contacts": VendorRefused("http_404"), "Leads": VendorAuthRejected("http_401")}
    assert delete(answer=crm(dict(errors))).result["d1"] is errors["Leads"]


@pytest.mark.parametrize(
    ("item", "kind", "reason"),
    [
        ({"code": "INVALID_DATA", "details": {"id": "11"}}, VendorUnavailable, "record_gone_meanwhile"),
        ({"code": "INVALID_DATA", "details": {"api_name": "Email_Opt_Out"}}, VendorRefused, "invalid_data"),
        ({"code": "RECORD_LOCKED", "details": {"id": "11"}}, VendorUnavailable, "record_locked"),
    ],
)
def test_an_update_in_a_200_or_400_can_still_have_failed(
    item: dict[str, object], kind: type[VendorError], reason: str
) -> None:
    for status in (200, 400):
        answer = reply({"data": [item]}, status)
        came = play(CRM.script(instruction("withdraw")), crm(put=lambda _, answer=answer: answer)).result  # type: ignore[misc]
        assert isinstance(came, kind)
        assert came.reason == reason


def test_without_an_address_nobody_can_be_found() -> None:
    played = play(CRM.script(instruction("withdraw", emails=())), crm())
    assert isinstance(played.result, MissingIdentity)
    assert played.calls == []
