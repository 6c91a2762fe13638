"""What fault tests look for beside the judge's rules: each finder finds it where it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import pytest
from checker.rundir import Run
from harness.wire import Heard
from made_run import BEGAN, SECOND, MadeRun
from test_ambiguous_answer import applied_twice, deletions, noted_too_late, repeated
from test_lying_vendor import believed
from test_quotas import ON_THEIR_WAY, WAIT_S, impatient, wishes, worst

from infra.sandbox.vendor import Call

if TYPE_CHECKING:
    from pathlib import Path

    from harness.wire import Wire

ANNA = "anna@example.test"


def heard(at: float, verb: str = "update", status: int = 200, *, token: str = "one", **params: str) -> Heard:
    return Heard(Call(verb, at, "/", {}, params, None, token, ""), status, at)


def wire(*calls: Heard) -> Wire:
    return cast("Wire", list(calls))


def written(tmp_path: Path, made: MadeRun) -> Run:
    made.write(tmp_path)
    return Run(tmp_path)


@pytest.mark.parametrize(("calls", "token", "found"), [
    (ON_THEIR_WAY, "one", 0),
    (ON_THEIR_WAY + 1, "one", 1),
    (ON_THEIR_WAY + 1, "another", 0),
])  # fmt: skip
def test_who_goes_on_after_being_asked_to_wait_is_impatient(calls: int, token: str, found: int) -> None:
    asked = heard(10, status=429)
    later = [heard(11 + number / 10, token=token) for number in range(calls)]
    assert len(list(impatient(wire(asked, *later), [asked], WAIT_S))) == found


def test_the_worst_window_holds_what_came_within_less_than_its_length() -> None:
    assert worst([0.0, 1.0, 1.9, 2.0, 2.5], 1.0) == 3
    assert worst([], 1.0) == 0


def test_a_wish_that_went_to_nobody_is_none(tmp_path: Path) -> None:
    made, began = MadeRun(), BEGAN / SECOND
    made.faults = [{"at": BEGAN + 3 * SECOND, "until": BEGAN + 6 * SECOND, "what": "standstill", "whom": "vendors"}]
    run = written(tmp_path, made)
    answers = [heard(began + 1, status=429), heard(began + 7, status=429), heard(began + 11, status=429)]
    assert wishes(wire(*answers, heard(began + 12)), run.path) == [answers[0], answers[2]]


def test_a_deletion_that_is_repeated_without_a_look_is_blind() -> None:
    search, delete = heard(1, "search", email=ANNA), heard(2, "delete", ids="7")
    owners = {"7": ANNA}
    assert deletions(wire(search, delete, search, delete), owners) == (Counter({"7": 2}), [])
    assert deletions(wire(search, delete, delete), owners) == (Counter({"7": 2}), ["7"])
    unheard = heard(3, "search", status=0, email=ANNA)
    assert deletions(wire(search, delete, unheard, delete), owners)[1] == ["7"], "an answer that nobody heard is none"


def done(**more: Any) -> dict[str, Any]:
    told = {
        "at": BEGAN + 5 * SECOND,
        "vendor": "zoho_crm",
        "effect": "delete",
        "people": ["anna-0001"],
        "given": ["7"],
    }
    return {**told, "detail": {}, "changed": True, **more}


def test_what_changed_something_twice_was_applied_twice(tmp_path: Path) -> None:
    made = MadeRun()
    made.ledger["crm"] = [done(), done(changed=False)]
    once = written(tmp_path, made)
    assert (applied_twice(once, "crm"), repeated(once, "crm")) == ([], 1)
    made.ledger["crm"] = [done(), done()]
    assert applied_twice(written(tmp_path, made), "crm") == [("7", "delete", None)]


@pytest.mark.parametrize(("second", "found"), [(4, []), (6, ["anna-0001"])])
def test_a_deletion_has_to_be_noted_before_it_is_called_for(tmp_path: Path, second: int, found: list[str]) -> None:
    made = MadeRun()
    event = made.say("deletion.requested", "anna-0001", second)
    made.end(event, "crm", "delete", "attempted", pid="p1.anna")
    made.ledger["crm"] = [done(at=BEGAN + 7 * SECOND - (second == 6) * SECOND)]
    assert noted_too_late(written(tmp_path, made)) == found


@pytest.mark.parametrize(("outcome", "found"), [("executed", 1), ("accepted", 1), ("failed", 0), ("parked", 0)])
def test_who_says_done_where_the_vendor_has_done_nothing_was_lied_to(
    tmp_path: Path, outcome: str, found: int
) -> None:
    made = MadeRun()
    event = made.say("deletion.requested", "anna-0001", 1)
    made.end(event, "crm", "delete", outcome, pid="p1.anna")
    run = written(tmp_path, made)
    assert len(list(believed(run, "crm"))) == found
    made.ledger["crm"] = [done()]
    assert list(believed(written(tmp_path, made), "crm")) == []
