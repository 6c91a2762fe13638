"""Which tasks people are told of, when, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.notifying.message import payload, subject, text
from processors.notifying.stages import Told, notices
from schemas.connections import parse_config
from schemas.errors import NotTold, SetupError
from schemas.times import DAY, iso
from streams.notifying import mail
from streams.settings import Settings

NOW, WEEK_S = 1_000 * DAY, 7 * 86_400.0


def task(number: int, due_at: int | None = NOW + 30 * DAY, lane: str | None = None) -> dict[str, Any]:
    return {
        "delivery_id": f"{number:064d}", "controller": "osows", "pid": "p1.secret", "event_id": "e-secret",
        "action": "delete (manual)", "lane": lane, "recipients": ["accessibe"], "rule": "r",
        "due_at": None if due_at is None else iso(due_at), "due_on": None if due_at is None else iso(due_at)[:10],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("due_in", "stage"),
    [(8 * DAY, "new"), (7 * DAY, "due_soon"), (DAY, "due_soon"), (0, "overdue"), (-DAY, "overdue")],
)
def test_a_task_is_told_of_by_how_near_its_deadline_is_and_not_twice(due_in: int, stage: str) -> None:
    (told,) = notices([task(1, NOW + due_in)], {}, NOW, WEEK_S)
    assert told.stage == stage
    assert notices([task(1, NOW + due_in)], {told.id: Told(stage)}, NOW, WEEK_S) == ()


def test_each_stage_is_told_once_and_never_back() -> None:
    told: dict[str, Told] = {}
    assert run(told, task(1), 0, 1, 22, 23, 24, 30, 31, 5) == [(0, "new"), (23, "due_soon"), (30, "overdue")]
    assert [notice.stage for notice in notices([task(2, None)], {}, NOW, WEEK_S)] == ["new"]


@pytest.mark.parametrize("day", [24, 31])
def test_a_task_that_is_put_off_is_told_of_again_before_its_new_date_and_when_that_is_over(day: int) -> None:
    told: dict[str, Told] = {}
    run(told, task(1), 0, day)
    later = task(1, NOW + 90 * DAY)
    assert run(told, later, day, 82, 83, 84, 90, 91) == [(83, "due_soon"), (90, "overdue")]


def test_what_an_older_release_has_told_without_a_date_is_not_told_again() -> None:
    assert run({task(1)["delivery_id"]: Told("due_soon")}, task(1), 24, 30) == [(30, "overdue")]


def test_what_an_older_release_has_told_too_early_is_told_again_when_the_new_date_comes() -> None:
    told = {task(1)["delivery_id"]: Told("overdue")}
    assert run(told, task(1, NOW + 90 * DAY), 31, 82, 83, 84, 90, 91) == [(83, "due_soon"), (90, "overdue")]


def run(told: dict[str, Told], one: dict[str, Any], *days: int) -> list[tuple[int, str]]:
    """What is told of a task on which day."""
    stages = []
    for day in days:
        for notice in notices([one], told, NOW + day * DAY, WEEK_S):
            told[notice.id] = Told(notice.stage, one["due_at"])
            stages.append((day, notice.stage))
    return stages


def test_a_message_says_what_is_to_be_done_until_when_most_pressing_first_and_names_nobody() -> None:
    found = notices([task(1), task(2, NOW - DAY), task(3, NOW + DAY, "zoho-crm"), task(4, None)], {}, NOW, WEEK_S)
    assert subject("osows", found) == "osows: 4 tasks by hand, 1 OVERDUE, 1 due soon, 2 new"
    lines = text("osows", "privacy office", found).splitlines()
    assert lines[1] == "Owner: privacy office"
    assert [line.split()[1] for line in lines[3:7]] == ["OVERDUE", "due", "new", "new"]
    assert lines[3].endswith("delete (manual)  accessibe")
    assert lines[4].endswith("zoho-crm")
    told = payload("osows", None, found)
    assert [one["id"] for one in told["tasks"]] == [f"{number:064d}" for number in (2, 3, 1, 4)]
    assert "secret" not in text("osows", None, found) + json.dumps(told)


def test_mail_crosses_no_network_unencrypted_and_wants_a_sender() -> None:
    elsewhere = Settings(smtp_host="mail.example", smtp_tls="off", smtp_from="relay@osows.example")
    with pytest.raises(SetupError, match="smtp_tls is off for a server elsewhere"):
        mail.send(elsewhere, ["office@osows.example"], "s", "t")
    with pytest.raises(SetupError, match="smtp_from is not set"):
        mail.send(Settings(smtp_host="localhost", smtp_tls="off"), ["office@osows.example"], "s", "t")


def test_a_server_that_is_not_there_is_told_without_an_address() -> None:
    nowhere = Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_tls="off", smtp_from="relay@osows.example")
    with pytest.raises(NotTold) as told:
        mail.send(nowhere, ["office@osows.example"], "s", "t")
    assert str(told.value) == "the mail server: ConnectionRefusedError"


@pytest.mark.parametrize(
    "change",
    [
        {"notify_mail": ["no address"]},
        {"notify_webhook": "ftp://x"},
        {"notify_webhook": "http://hooks.example/x"},
        {"remind_before": "-1d"},
    ],
)
def test_a_configuration_that_reaches_nobody_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match=f"controllers.osows.{next(iter(change))}"):
        parse_config({"controllers": {"osows": {"policy": "osows", **change}}}, "test")
