from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from processors.vendors.zoho.analytics.criteria import criteria_for
from processors.vendors.zoho.analytics.options import Table
from processors.vendors.zoho.analytics.rows import deletion, looking
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Call, Reply
    from schemas.records import Action

VISITS = {"workspace": "1", "view": "2", "name": "Visits", "columns": {"email": "Email"}}
ORDERS = {"workspace": "1", "view": "3", "name": "Orders", "columns": {"user_id": "Customer"}}
ONE = vendor("zoho_analytics", organization_id="7", tables=[VISITS])
TWO = vendor("zoho_analytics", organization_id="7", tables=[VISITS, ORDERS])
GONE = {"status": "success", "summary": "Delete row", "data": {"deletedRows": 1}}
USER: Any = {"more": (("user_id", "U-1"),)}
ROWS = {"/restapi/v2/workspaces/1/views/2/data": [{"Email": f" {EMAIL.upper()}"}]}


def zoho(rows: dict[str, Any] = ROWS, gone: Any = GONE) -> Callable[[Call], Reply]:
    return lambda call: reply(gone if call.method == "DELETE" else {"data": rows.get(call.path, [])})


def config(call: Call) -> Any:
    return json.loads(call.params["CONFIG"])


def test_rows_are_looked_at_noted_and_deleted_by_the_same_criteria() -> None:
    played = play(ONE.script(instruction("delete")), zoho())
    criteria = f'"Visits"."Email"=\'{EMAIL}\''
    look, gone = played.calls
    assert (look.method, look.path) == ("GET", "/restapi/v2/workspaces/1/views/2/data")
    assert (config(look)["criteria"], config(look)["selectedColumns"]) == (criteria, ["Email"])
    assert (gone.method, gone.path, config(gone)) == (
        "DELETE",
        "/restapi/v2/workspaces/1/views/2/rows",
        {"criteria": criteria},
    )
    assert look.headers == gone.headers == {"ZANALYTICS-ORGID": "7"}
    assert [note.refs for note in played.notes] == [("2",)]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "rows=1, tables=1")


def test_an_address_is_looked_for_without_the_blanks_around_it_too() -> None:
    tests = criteria_for(Table.model_validate(VISITS), {"Email": (" A@x.test",)}).split(" OR ")
    assert tests == [f'"Visits"."Email"=\'{name}\'' for name in (" A@x.test", "A@x.test", "a@x.test")]


@pytest.mark.parametrize("criteria", ["", "  "])
def test_without_a_criteria_no_call_is_made_as_it_would_be_about_every_row(criteria: str) -> None:
    visits = Table.model_validate(VISITS)
    with pytest.raises(VendorRefused, match="no_criteria"):
        deletion(visits, criteria, "7")
    with pytest.raises(VendorRefused, match="no_criteria"):
        looking(visits, criteria, "7", ["Email"])
    with pytest.raises(VendorRefused, match="no_criteria"):
        criteria_for(visits, {})
    with pytest.raises(VendorRefused, match="identity_not_encodable"):
        criteria_for(visits, {"Email": (criteria,)})


def test_no_call_ever_says_delete_all_rows() -> None:
    played = play(TWO.script(instruction("delete", **USER)), zoho())
    assert played.calls
    assert not [call for call in played.calls if "deleteAllRows" in call.params["CONFIG"]]


@pytest.mark.parametrize("others", [[{"Email": "bob@x.test"}], [{"Email": EMAIL}, {"Email": f"x{EMAIL}"}]])
def test_a_criteria_that_finds_others_deletes_nobody(others: Any) -> None:
    played = play(ONE.script(instruction("delete")), zoho({"/restapi/v2/workspaces/1/views/2/data": others}))
    assert [call.method for call in played.calls] == ["GET"]
    assert played.result.reason == "rows_of_others"


@pytest.mark.parametrize(
    ("email", "literals"),
    [
        ("Ann.O'Neil@x.test", ["'Ann.O''Neil@x.test'", "'ann.o''neil@x.test'"]),
        ("x' OR '1'='1", ["'x'' OR ''1''=''1'", "'x'' or ''1''=''1'"]),
    ],
)
def test_a_quote_ends_no_literal(email: str, literals: list[str]) -> None:
    played = play(ONE.script(instruction("delete", emails=(email,))), zoho({}))
    assert config(played.calls[0])["criteria"] == " OR ".join(f'"Visits"."Email"={one}' for one in literals)
    assert played.result.outcome == "no_match"


@pytest.mark.parametrize("email", ["ann\\@x.test", "ann\n@x.test"])
def test_what_a_literal_cannot_hold_safely_is_refused(email: str) -> None:
    played = play(ONE.script(instruction("delete", emails=(email,))), zoho())
    assert (played.calls, played.result.reason) == ([], "identity_not_encodable")


@pytest.mark.parametrize("name", ['V"isits', "V\\isits", ""])
def test_a_name_that_would_end_in_a_criteria_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValidationError):
        vendor("zoho_analytics", organization_id="7", tables=[VISITS | {"name": name}])
    with pytest.raises(ValidationError):
        vendor("zoho_analytics", organization_id="7", tables=[VISITS | {"columns": {"email": name}}])


def test_every_table_is_searched_by_what_it_knows_people_by() -> None:
    played = play(TWO.script(instruction("delete", **USER)), zoho())
    assert config(played.calls[1])["criteria"] == '"Orders"."Customer"=\'U-1\' OR "Orders"."Customer"=\'u-1\''
    assert (played.result.outcome, len(played.calls)) == ("executed", 3)


def test_a_table_that_knows_people_by_something_else_is_a_task_once_the_others_are_done() -> None:
    played = play(TWO.script(instruction("delete")), zoho())
    assert [call.method for call in played.calls] == ["GET", "DELETE"]
    assert (played.result.outcome, played.result.reason) == ("manual_task", "table_by_another_identity")
    nobody = play(TWO.script(instruction("delete", emails=())), zoho())
    assert isinstance(nobody.result, MissingIdentity)


def test_a_second_try_knows_what_the_first_one_has_deleted() -> None:
    played = play(ONE.script(instruction("delete", refs=("2",))), zoho({}))
    assert (played.result.outcome, played.result.evidence.detail) == (
        "executed",
        "rows=0, tables=0, not_found_again=1",
    )
    assert play(ONE.script(instruction("delete")), zoho({})).result.outcome == "no_match"


def test_fewer_rows_than_were_found_are_tried_again() -> None:
    played = play(ONE.script(instruction("delete")), zoho(gone=GONE | {"data": {"deletedRows": 0}}))
    assert (type(played.result), played.result.reason) == (VendorUnavailable, "fewer_rows_deleted")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (8535, 400, VendorAuthRejected),
        (7103, 400, VendorAuthRejected),
        (6045, 400, VendorUnavailable),
        (7005, 200, VendorUnavailable),
        (8516, 200, VendorRefused),
        (8516, 400, type(None)),
    ],
)
def test_codes_say_what_has_gone_wrong(code: int, status: int, kind: type[Any]) -> None:
    body = {"status": "failure", "summary": "X", "data": {"errorCode": code, "errorMessage": EMAIL}}
    assert type(ONE.fault(reply(body, status))) is kind
    assert ONE.fault(reply({"data": [{"Email": EMAIL}]})) is None


def test_a_read_back_finds_who_came_in_again() -> None:
    again = play(ONE.read_back(instruction("delete")), zoho()).result
    assert isinstance(again, Undone)
    assert again.error.reason == "found_again"
    assert play(ONE.read_back(instruction("delete")), zoho({})).result.outcome == "verified"


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_choice_is_told_by_the_banner(action: Action) -> None:
    played = play(ONE.script(instruction(action)), zoho())
    assert (played.calls, played.result) == ([], Result("client_signal", "site_banner"))
