"""What `tasks` says before anybody asks a broker, and how it tells of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import BY, planned, request, told
from closing_support import task as open_leg
from delivering_support import delivery
from plan_support import DAY, NOW
from typer.testing import CliRunner

from processors.closing.facts import decided
from processors.closing.orders import cancel
from schemas.connections import Connection
from schemas.errors import InvalidRecord
from schemas.origin import Origin
from schemas.records import AuditRecord, Cell, Command, CommandRef, Evidence, LaneEntry
from schemas.times import iso
from streams.cli import app
from streams.commands.lane_state import Kept
from streams.commands.tasks_find import chosen, ended, said_of
from streams.commands.tasks_open import AskedTask
from streams.commands.tasks_view import BEFORE, facts, hints

if TYPE_CHECKING:
    from pathlib import Path

CAMPAIGNS = Connection(
    name="toy", controller="oomnis", adapter="zoho_campaigns", serves=("zoho-one/marketing",), mode="live"
)
runner = CliRunner()


def task(number: int, action: str = "delete", reason: str = "no_delete_call", **more: Any) -> Kept:
    one = delivery(number, action, **more)  # type: ignore[arg-type]
    entry = {"delivery": one, "status": "manual_task", "attempt": 1, "since": NOW, "reason": reason}
    return Kept("toy", 2, LaneEntry.parse(entry))


def test_a_task_is_told_with_its_deadline_and_what_the_adapter_says_and_names_nobody() -> None:
    told = facts(task(1), {"toy": CAMPAIGNS}, NOW + 31 * DAY)
    assert told["overdue"]
    assert (told["lane"], told["vendor"], told["recipients"]) == ("toy", "zoho_campaigns", ["zoho-one/marketing"])
    assert (told["action"], told["purposes"], told["pid"]) == ("delete", ["surveys", "marketing-campaigns"], "p1.ana")
    assert told["instructions"].startswith("into the do-not-mail registry")
    assert hints([told, told]) == [f"toy, delete: {told['instructions']}"]


def test_without_a_configuration_the_task_stands_all_the_same() -> None:
    told = facts(task(1), {}, NOW)
    assert (told["vendor"], told["recipients"], told["instructions"], told["overdue"]) == (None, None, None, False)
    assert hints([told]) == []


def test_only_what_newer_choices_left_is_to_be_done() -> None:
    gone = (Cell(purpose="a", channel="email"),)
    told = facts(task(1, "grant", purposes=("a", "b"), overtaken=gone), {"toy": CAMPAIGNS}, NOW)
    assert (told["purposes"], told["instructions"]) == (["b"], None)


def test_a_task_at_a_system_without_an_api_says_how_it_is_done_and_what_proves_it() -> None:
    kept = request(told(planned(open_leg("leadinfo", action="delete"))))
    shown = facts(AskedTask(0, kept, kept.legs[0]), {}, NOW)
    assert "https://www.leadinfo.com/en/opt-out" in shown["instructions"]
    assert shown["proof"].startswith("Leadinfo's answer")
    assert hints([shown, shown]) == [f"leadinfo: {shown['instructions']}; proof: {shown['proof']}"]


@pytest.mark.parametrize(("regions", "lanes"), [(None, ["toy"]), (("HK",), [])])
def test_a_recipient_that_was_connected_since_is_named_with_its_lane(
    regions: tuple[str, ...] | None, lanes: list[str]
) -> None:
    event = planned(open_leg("zoho-one/marketing", action="delete"))
    there = event.changed(event=event.event and event.event.changed(jurisdiction="EEA"))
    kept = request(told(there))
    shown = facts(AskedTask(0, kept, kept.legs[0]), {"toy": CAMPAIGNS.model_copy(update={"regions": regions})}, NOW)
    assert shown["connected_since"] == lanes
    assert hints([shown, shown]) == [f"zoho-one/marketing was connected since, by toy: {BEFORE}"] * len(lanes)


def test_a_task_says_what_is_asked_and_how_one_gets_there() -> None:
    for leg, says in (
        (open_leg("x", action="delete", task="web_form"), "delete (web_form)"),
        (open_leg(None, task="reply"), "reply"),
        (open_leg("x", action="collect", task="collect"), "collect"),
    ):
        kept = request(told(planned(leg)))
        shown = facts(AskedTask(0, kept, kept.legs[0]), {"toy": CAMPAIGNS}, NOW)
        assert (shown["action"], shown["connected_since"]) == (says, [])


def test_the_beginning_of_an_id_is_enough_if_it_is_the_only_one() -> None:
    one, other = task(1, delivery_id="aaaaaaaa1111"), task(2, delivery_id="aaaaaaaa2222")
    assert chosen([one, other], "aaaaaaaa1") is one
    assert chosen([one, other], "bbbbbbbb") is None
    for text, why in (("aaaaaaaa", "2 tasks begin with"), ("aaa", "too short")):
        with pytest.raises(InvalidRecord, match=why):
            chosen([one, other], text)


@pytest.mark.parametrize(
    ("outcome", "evidence", "said"),
    [
        ("done", None, "is done already: at 1970-01-01T00:00:00.007Z by eva"),
        ("superseded", "by_event=event-7", "a newer instruction took its place at 1970-01-01T00:00:00.007Z"),
        ("executed", None, "is no task: it ended as executed"),
    ],
)
def test_why_something_is_no_open_task(outcome: str, evidence: str | None, said: str) -> None:
    last = AuditRecord(
        record_id="r",
        kind="outcome",
        at=7000,
        lane="toy",
        outcome=outcome,
        evidence=Evidence(detail=evidence),
        command=CommandRef(command_id="c", name="tasks.done", by="eva"),
        origin=Origin(topic="t", partition=0, offset=0),
        software="s",
    )
    assert said in said_of("aaaaaaaa", last)
    assert "nobody knows a delivery aaaaaaaa" in said_of("aaaaaaaa", None)


def test_a_task_that_was_cancelled_with_its_request_is_found_and_told_with_by_whom() -> None:
    kept = cancel(request(told(planned(open_leg("a"), open_leg("b")))), BY)
    given = Command(command_id="c", name="closer.cancel", lane=None, args={}, by="eva", reason="x", at=NOW)
    record = decided(kept, "request.cancelled", given, NOW, kept.legs)
    assert ended(record) == [leg.leg_id for leg in kept.legs]
    said = said_of(kept.legs[1].leg_id[:12], record)
    assert said.endswith(f"is no task: it ended as cancelled at {iso(NOW)} by eva")


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ([], "a file's hash or a link must show that it is done"),
        (["--link", "https://t.example/?who=ana@b.example"], "no e-mail address or phone number"),
        (["--link", "https://t.example/tel/+491701234567"], "no e-mail address or phone number"),
        (["--evidence", "nowhere.png"], "can't be read"),
    ],
)
def test_nothing_is_done_without_proof_or_with_one_that_names_a_person(
    proof: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(app, ["tasks", "done", "aaaaaaaa", "--lane", "toy", "--reason", "x", *proof])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "ana" not in result.stderr
    assert "4917" not in result.stderr
