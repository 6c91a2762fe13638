"""The judge's rule about requests: each must stand as its legs do, and the closer must have read all that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from made_changes import outcome
from made_run import leg
from made_story import BORIS, clean_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from made_run import MadeRun

STOP, FORGET = "withdrawn-anna-20", "requested-bori-40"


def filed_run() -> MadeRun:
    """Anna's withdrawal is done; of Boris' deletion a task is left."""
    run = clean_run()
    run.file(STOP, "p1.anna", "open")
    run.close(STOP, "p1.anna")
    run.file(STOP, "p1.anna", "completed")
    run.file(FORGET, "p1.boris", "open")
    run.read_to(len(run.audit))
    return run


def found(run: MadeRun, path: Path) -> list[str]:
    findings = check(run.write(path))
    assert {finding.rule for finding in findings} <= {"request"}
    return [finding.what for finding in findings]


def test_what_stands_as_its_legs_say_is_right(tmp_path: Path) -> None:
    assert found(filed_run(), tmp_path) == []


def halfway_run() -> MadeRun:
    """Anna's withdrawal ends behind everything else; that is not read yet, so the request is open."""
    run = clean_run()
    last, end = outcome(run, "executed"), len(run.audit)
    run.audit.remove(last)
    run.audit.append({**last, "offset": end})
    run.file(STOP, "p1.anna", "open")
    run.file(FORGET, "p1.boris", "open")
    run.read_to(end)
    return run


def test_a_closer_that_stopped_halfway_is_a_finding(tmp_path: Path) -> None:
    run = halfway_run()
    end = run.audit[-1]["offset"]
    assert found(run, tmp_path) == [f"partition 0 of the audit is read to {end}, and something ended at {end}"]


def test_what_is_told_at_last_where_deliveries_may_be_open_may_be_unread(tmp_path: Path) -> None:
    run = halfway_run()
    run.expect["open"] = ["crm"]
    assert found(run, tmp_path) == []


def test_a_rejected_record_with_the_id_of_an_accepted_one_changes_nothing(tmp_path: Path) -> None:
    run = filed_run()
    asked = next(line["event"] for line in run.events if line["event"] and line["event"]["event_id"] == STOP)
    run.events[-1]["event"] = {**asked, "kind": "consent.wished"}
    assert found(run, tmp_path) == []


def test_the_end_of_a_restriction_is_a_request_as_long_as_its_task_is_open(tmp_path: Path) -> None:
    run = filed_run()
    lift = run.say("restriction.lifted", BORIS, 50)
    task = {**leg(lift, "crm", "restrict"), "kind": "task", "lane": None, "delivery_id": None}
    run.judge("planned", lift, "p1.boris", task)
    run.read_to(len(run.audit))
    assert found(run, tmp_path / "unfiled") == [f"the request {lift} stands as nothing, not open"]
    run.file(lift, "p1.boris", "open")
    assert found(run, tmp_path / "filed") == []


def _take_up_again(run: MadeRun) -> None:
    """It was sent once more after it had been closed, and that has not ended."""
    run.expect["open"] = ["crm"]
    run.end(STOP, "crm", "withdraw", "attempted", cycle=1)
    run.keep("crm", f"{STOP}/crm/withdraw", "attempted")
    run.read_to(len(run.audit))


WRONG: dict[str, tuple[str, Callable[[MadeRun], object]]] = {
    "missing": ("stands as nothing, not open", lambda run: run.file(FORGET, "p1.boris", None)),
    "closed too early": ("stands as completed, not open", lambda run: run.file(FORGET, "p1.boris", "completed")),
    "never closed": ("stands as open, not completed", lambda run: run.file(STOP, "p1.anna", "open")),
    "all done, it says": ("not completed", lambda run: run.file(STOP, "p1.anna", "completed_with_exceptions")),
    "closed in silence": ("closed it 0 times more", lambda run: run.audit.pop()),
    "of nobody": ("was never asked for", lambda run: run.file("made-up", "p1.anna", "open")),
    "not opened again": ("stands as completed, not open", _take_up_again),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_stands_otherwise_is_a_finding(what: str, tmp_path: Path) -> None:
    says, change = WRONG[what]
    run = filed_run()
    change(run)
    assert [says in one for one in found(run, tmp_path)] == [True]
