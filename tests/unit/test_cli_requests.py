"""How requests are chosen and told, and what `requests` says before anybody asks a broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import BY, EVENT, KEY, NOW, PID, closed_leg, delivery, planned, request, said, task, told
from typer.testing import CliRunner

from processors.closing.extension import extension
from processors.closing.orders import extend
from processors.house_rule import INTERNAL_RULE
from schemas.errors import InvalidRecord
from schemas.times import DAY
from streams.cli import app
from streams.closer.orders import EXTEND
from streams.commands.orders import order
from streams.commands.requests_kept import Filed, chosen
from streams.commands.requests_lanes import cancelling, extending
from streams.commands.requests_view import facts, heading, legs_table, table, whole
from streams.commands.screen import console
from streams.commands.tasks_open import AskedTask
from streams.commands.tasks_view import facts as task_facts
from streams.commands.tasks_view import table as task_table

if TYPE_CHECKING:
    from schemas.request import Request

runner = CliRunner()
LEGS = delivery("zoho", "delete"), task("surveys-inc"), closed_leg("not_applicable", "basis", "delete")


def filed(*words: Any) -> Filed:
    return Filed(2, request(told(planned(*LEGS, kind="deletion.requested"), *words)))


def printed(shown: Any) -> str:
    screen = console()
    with screen.capture() as captured:
        screen.print(shown)
    return captured.get()


def test_a_request_is_told_with_what_is_left_of_it_and_what_was_not_done() -> None:
    one = facts(filed(said("zoho", "executed")), NOW + 31 * DAY)
    assert (one["event_id"], one["pid"], one["status"], one["overdue"]) == (EVENT, PID, "open", True)
    assert (one["legs"], one["open"], one["due_at"]) == (3, 1, "2026-04-01T09:00:00.000Z")
    assert one["exceptions"] == [{"recipient": "stripe", "outcome": "not_applicable", "reason": "basis"}]


def test_every_leg_is_told_with_its_state_deadline_and_rule_open_ones_first() -> None:
    legs = whole(filed(said("zoho", "executed")), NOW)["legs"]
    assert [(leg["recipient"], leg["state"], leg["ended"]) for leg in legs] == [
        ("surveys-inc", "unbound_recipient", False),
        ("zoho-inc", "executed", True),
        ("stripe", "not_applicable", True),
    ]
    assert (legs[0]["rule"], legs[0]["delivery_id"], legs[1]["delivery_id"]) == ("r", None, "zoho")
    assert legs[0]["task_id"]


def test_a_person_can_read_it() -> None:
    one = filed()
    assert "stripe (basis)" in printed(table([one], NOW))
    assert "OVERDUE" not in printed(table([one], NOW))
    assert "OVERDUE" in printed(legs_table(whole(one, NOW + 31 * DAY)))


def test_who_decided_and_why_stands_above_its_legs() -> None:
    one = filed()
    more: Request = extend(one.request, lambda _, leg: NOW + 60 * DAY if leg.due_at else None, BY)
    assert "extended 2026-03-02T09:00:00.000Z by eva: ticket 7" in heading(whole(Filed(2, more), NOW))


def test_the_beginning_of_an_event_id_is_enough_if_it_is_the_only_one() -> None:
    one = filed()
    other = Filed(0, one.request.changed(event_id=EVENT[:-1] + "2"))
    assert chosen([one, other], EVENT) is one
    for text, why in ((EVENT[:8], "2 requests begin with"), ("abc", "too short"), ("f" * 8, "no request is kept")):
        with pytest.raises(InvalidRecord, match=why):
            chosen([one, other], text)


def test_of_two_people_with_one_event_id_the_key_names_one_and_is_asked_for() -> None:
    one = filed()
    other = Filed(0, one.request.changed(pid="p1.other"))
    with pytest.raises(InvalidRecord, match=r"2 people have a request of that id: write 'PID\|EVENT_ID'"):
        chosen([one, other], EVENT)
    assert chosen([one, other], f"p1.other|{EVENT}") is other


def test_a_request_is_cancelled_on_its_lanes_for_its_own_person_alone() -> None:
    given = order("closer.cancel", {}, "eva", "ticket 7")
    (command,) = cancelling(request(told(planned(delivery("crm")), said("crm", "held"))), given)
    assert command.args == {"event": EVENT, "pid": PID}


def test_each_lane_is_given_the_dates_that_the_closer_gives_by_delivery() -> None:
    legs = (delivery(lane, rule=INTERNAL_RULE) for lane in ("zoho", "crm"))
    one = request(
        told(planned(*legs, delivery("ads", rule="fixed"), task(rule=INTERNAL_RULE)), said("crm", "executed"))
    )
    command = order(EXTEND, {}, "eva", "ticket 7").changed(at=NOW + DAY)
    later = extend(one, extension, BY)
    for as_it_is in (one, later):
        given = extending(as_it_is, command)
        assert {one.lane: one.args for one in given} == {"zoho": {"pid": PID, "due": f"zoho:{NOW + 60 * DAY}"}}
        assert {(one.name, one.by, one.reason) for one in given} == {("lanes.extend", "eva", "ticket 7")}


def test_no_lane_is_given_more_time_than_the_closer_gives() -> None:
    fixed, loose = (request(told(planned(delivery("zoho", rule=rule)))) for rule in ("fixed", INTERNAL_RULE))
    command = order(EXTEND, {}, "eva", "ticket 7")
    assert extending(fixed, command.changed(at=NOW)) == []
    assert extending(loose, command.changed(at=NOW + 31 * DAY)) == []


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--controller", "oomnis"],
        ["--subject", "c-1"],
        ["--request", EVENT, "--controller", "o", "--subject", "c"],
    ],
)
def test_it_shows_a_person_or_one_request(options: list[str]) -> None:
    result = runner.invoke(app, ["requests", "show", *options])
    assert (result.exit_code, "name a person by --controller and --subject" in result.stderr) == (2, True)


def test_a_requests_task_is_told_like_a_lanes() -> None:
    made = filed().request
    asked = AskedTask(2, made, made.legs[1])
    one = task_facts(asked, {}, NOW)
    assert (one["delivery_id"], one["lane"], one["recipients"]) == (made.legs[1].leg_id, None, ["surveys-inc"])
    assert (one["action"], one["reason"], one["event_id"], one["overdue"]) == (
        None,
        "unbound_recipient",
        EVENT,
        False,
    )
    assert "surveys-inc" in printed(task_table([one]))
    assert KEY.startswith(one["pid"])
