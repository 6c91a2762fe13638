from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, shown, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from schemas.records import Action

TOKEN = "591b3354bb2bdd96f72f23bf56911673"
PANEL = vendor("mixpanel", project_token=TOKEN)
OBJECT = {"status": "ok", "results": {"task_id": "t-1"}}
LIST = {"status": "ok", "results": [{"status": "PENDING", "tracking_id": "t-1", "distinct_id_count": 2}]}


def about(who: str = "d1", *ids: str) -> Instruction:
    more = tuple(("user_id", one) for one in ids or ("u-1",))
    return instruction("delete", delivery_id=who, emails=(), more=more, refs=("t-1",))


def asked(**task: Any) -> Any:
    return play(PANEL.poll([about()]), lambda _: reply({"status": "ok", "results": task})).result["d1"]


@pytest.mark.parametrize("answer", [OBJECT, LIST])
def test_people_share_a_task_whose_id_is_told_in_either_way(answer: Any) -> None:
    device = instruction("delete", delivery_id="d2", more=(("mixpanel_distinct_id", "$device:7"), ("user_id", "u-1")))
    nobody = instruction("delete", delivery_id="d3")
    played = play(PANEL.batch_script([about(), device, nobody]), lambda _: reply(answer, 201))
    body = {"distinct_ids": ["u-1", "$device:7"], "compliance_type": "GDPR"}
    assert [shown(call) for call in played.calls] == [("POST", "/api/app/data-deletions/v3.0/", body)]
    assert played.calls[0].params == {"token": TOKEN}
    taken = played.result["d1"]
    assert (taken.outcome, taken.later.job_id) == ("accepted", "t-1")
    assert played.result["d2"] == taken
    assert isinstance(played.result["d3"], MissingIdentity)


def test_of_nobody_no_task_is_asked_for() -> None:
    assert play(PANEL.batch_script([instruction("delete")]), lambda _: reply(OBJECT)).calls == []


@pytest.mark.parametrize("state", ["PENDING", "STAGING", "STARTED"])
def test_a_task_under_way_is_asked_about_again(state: str) -> None:
    assert asked(status=state).later.refs == ("t-1",)


def test_a_task_that_has_succeeded_is_done_for_whom_it_names() -> None:
    assert asked(status="SUCCESS", distinct_ids=["u-0", "u-1"]).outcome == "executed"
    assert asked(status="SUCCESS").outcome == "executed"
    other = asked(status="SUCCESS", distinct_ids=["u-0"])
    assert (type(other), other.error.reason) == (Undone, "not_in_task")


@pytest.mark.parametrize(
    ("state", "kind", "reason"),
    [
        ("FAILURE", VendorRefused, "task_failure"),
        ("REVOKED", VendorRefused, "task_revoked"),
        ("NOT_FOUND", VendorUnavailable, "task_not_found"),
    ],
)
def test_a_task_that_has_not_been_done_is_no_deletion(state: str, kind: type[Exception], reason: str) -> None:
    said = asked(status=state, distinct_ids=["u-1"])
    assert isinstance(said, Undone)
    assert (type(said.error), said.error.reason) == (kind, reason)


def test_a_task_that_failed_for_several_is_tried_again_as_one_of_them_may_be_why() -> None:
    said = asked(status="FAILURE", distinct_ids=["u-0", "u-1"])
    assert (type(said.error), said.error.reason) == (VendorUnavailable, "task_failed_together")


def test_a_task_that_mixpanel_cannot_locate_now_is_asked_about_again() -> None:
    assert isinstance(asked(status="UNKNOWN"), VendorUnavailable)
    with pytest.raises(ValueError, match="nobody knows"):
        asked(status="BETTER")


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_choice_is_told_by_the_sdk(action: Action) -> None:
    played = play(PANEL.script(instruction(action)), lambda _: reply())
    assert (played.calls, played.result) == ([], Result("client_signal", "sdk_opt_out"))


@pytest.mark.parametrize(("region", "host"), [("us", "mixpanel.com"), ("eu", "eu.mixpanel.com")])
def test_a_project_is_asked_where_its_data_is(region: str, host: str) -> None:
    assert vendor("mixpanel", project_token=TOKEN, region=region).url == f"https://{host}"
