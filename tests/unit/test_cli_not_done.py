"""A command that was not carried out ends with 1, whatever kept the workers from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import NOW
from delivering_support import delivery
from typer.testing import CliRunner

from schemas.records import LaneEntry
from streams.cli import app
from streams.commands import backfill, carrying, dead_letters, holds, lane_orders, lanes, tasks
from streams.commands.backfill_view import shown
from streams.commands.holds_view import token_of
from streams.commands.lane_state import Kept
from streams.control import NONSENSE, REFUSED, UNKNOWN, Given, told
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.records import AuditRecord, Command

runner = CliRunner()
WHY = ("--reason", "ticket 88")


def kept(status: Any) -> Kept:
    return Kept("crm", 0, LaneEntry(delivery=delivery(1), status=status, attempt=0, since=NOW))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What every partition says of the next command."""

    def says(detail: str) -> None:
        async def carried_out(
            _: Settings, command: Command, facts: Mapping[int, str], *__: Any
        ) -> dict[int, AuditRecord]:
            return {number: told(Given(0, command), "lane crm", number, detail, NOW) for number in facts}

        monkeypatch.setattr(carrying, "carried_out", carried_out)
        monkeypatch.setattr(backfill, "carried_out", carried_out)

    async def there(*_: Any) -> None:
        pass

    for module in (lanes, holds, dead_letters, tasks, backfill):
        monkeypatch.setattr(module, "settings_for", lambda *_: Settings())
    monkeypatch.setattr(lane_orders, "check_lane", there)
    monkeypatch.setattr(backfill, "_check", there)
    return says


@pytest.mark.parametrize("detail", [UNKNOWN, NONSENSE, f"{REFUSED}: no connection of this worker has that name"])
@pytest.mark.parametrize(
    "command",
    [
        ("lanes", "pause", "crm"),
        ("lanes", "resume", "crm"),
        ("dead-letters", "redrive", "--lane", "crm"),
        ("backfill", "--lane", "crm"),
    ],
)
def test_what_no_worker_carried_out_is_no_success(
    command: tuple[str, ...], detail: str, answer: Callable[[str], None]
) -> None:
    answer(detail)
    ended = runner.invoke(app, [*command, *WHY])
    assert (ended.exit_code, detail in ended.stdout) == (1, True), ended.output


def test_a_backfill_that_a_worker_does_not_know_is_not_told_as_one_with_nothing_to_bring() -> None:
    told_of = shown("crm", {0: UNKNOWN}, dry=False)
    assert UNKNOWN in told_of
    assert "wasn't looked at before" not in told_of


def test_one_delivery_that_has_not_failed_is_no_redrive(answer: Callable[[str], None]) -> None:
    given = ["dead-letters", "redrive", "--lane", "crm", *WHY]
    answer("nothing of it is failed here")
    assert runner.invoke(app, given).exit_code == 0, "of a whole lane that is no error"
    assert runner.invoke(app, [*given, "--delivery", "d-1"]).exit_code == 1
    answer("1 sent once more")
    assert runner.invoke(app, [*given, "--delivery", "d-1"]).exit_code == 0


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ('nothing released: the connection is still mode = "dry-run"', 1),
        ("nothing done: 1 were confirmed, 2 are there; look again", 1),
        ("1 released", 0),
    ],
)
def test_a_release_that_released_nothing_is_no_success(
    detail: str, code: int, answer: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [kept("held")]
    monkeypatch.setattr(holds, "_kept", lambda *_: held)
    answer(detail)
    ended = runner.invoke(app, ["lanes", "release", "crm", "--held", "--confirm", token_of("release", held), *WHY])
    assert ended.exit_code == code, ended.output


@pytest.mark.parametrize(("detail", "code"), [("no open task here: d-1", 1), ("1 done", 0)])
def test_a_task_that_somebody_else_was_faster_with_is_not_told_as_done(
    detail: str, code: int, answer: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wanted(*_: Any) -> list[Any]:
        return [kept("manual_task")]

    monkeypatch.setattr(tasks, "wanted_tasks", wanted)
    answer(detail)
    ended = runner.invoke(app, ["tasks", "done", "d-1", "--link", "https://t.example/7", *WHY])
    assert ended.exit_code == code, ended.output
