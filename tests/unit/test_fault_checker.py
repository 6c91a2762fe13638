from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checker import RULES, check
from made_changes import (
    again,
    again_after_a_death,
    again_after_a_failure,
    again_after_two_deaths,
    again_in_company,
    again_without_a_death,
    ask_to_wait,
    be_down,
    be_down_in_silence,
    call_when_settled,
    carry_out_late,
    count_nothing,
    end_after_a_freeze,
    end_once_more,
    kill,
    know_nobody,
    never_hand_on,
    outcome,
    plan_more,
    planned,
    purge,
    purge_by_hundreds,
    shrink,
    swap,
    wait_too_late,
)
from made_run import BEGAN, SECOND
from made_story import ANNA, BORIS, clean_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_run import MadeRun

FAULTS = Path(__file__).parents[1] / "faults"
ALLOWED = {"checker", "aiokafka", "fastavro", "pydantic_core"}
"""The last of them reads and writes JSON, three times as fast as Python does."""


BREAKS: dict[str, tuple[str, Callable[[MadeRun], object]]] = {
    "an acknowledged event is gone": ("lost", lambda run: run.acked.append({"n": 1, "partition": 0, "offset": 77})),
    "something else stands there": ("lost", lambda run: run.acked[0].update(n=1)),
    "it says something else": ("lost", lambda run: run.input[0].update(event={**run.input[0]["event"], "kind": "x"})),
    "sent by nobody": ("lost", lambda run: (run.acked.pop(), run.input.pop(1))),
    "no verdict": ("verdict", lambda run: run.audit.pop()),
    "two verdicts": ("verdict", lambda run: run.audit.append(run.audit[-1])),
    "junk is not rejected": ("verdict", lambda run: run.audit[-1]["record"].update(kind="stale")),
    "a late grant is planned": ("verdict", lambda run: run.audit[5]["record"].update(kind="planned")),
    "due and not planned": ("due", lambda run: planned(run, 1)["legs"].clear()),
    "planned and not due": ("due", plan_more),
    "planned twice": ("due", lambda run: planned(run, 1)["legs"].append(planned(run, 1)["legs"][0])),
    "for somebody else": ("due", lambda run: planned(run, 1).update(pid="p1.boris")),
    "another scope": ("due", lambda run: planned(run, 0)["legs"][0].update(channels=["sms"])),
    "an outcome that nobody planned": ("due", lambda run: run.end("no-event", "crm", "grant", "no_match")),
    "no ending": ("ending", lambda run: run.audit.remove(outcome(run, "executed"))),
    "still parked": ("ending", lambda run: outcome(run, "executed")["record"].update(outcome="parked")),
    "failed": ("ending", lambda run: outcome(run, "executed")["record"].update(outcome="failed")),
    "ended twice": ("ending", end_once_more),
    "ended twice, differently": ("ending", lambda run: end_once_more(run, outcome="no_match")),
    "a cycle without an end": ("ending", lambda run: outcome(run, "executed")["record"].update(cycle=1)),
    "parked and forgotten": ("waiting", lambda run: run.keep("web", be_down(run), None)),
    "parked and kept as if it had failed": ("waiting", lambda run: run.keep("web", be_down(run), "failed")),
    "a bookmark past what nobody spoke of": ("waiting", lambda run: be_down_in_silence(run, 1)),
    "settled and never spoken of": ("waiting", lambda run: be_down_in_silence(run, 0, 0)),
    "never handed on": ("waiting", never_hand_on),
    "another state": ("state", lambda run: run.vendors["crm"][ANNA]["records"][0].update(opted_out=True)),
    "not deleted": ("state", lambda run: run.vendors["web"][BORIS].update(deletion_requested=None)),
    "not in do-not-mail": ("state", lambda run: run.vendors["mail"][BORIS].update(do_not_mail=False)),
    "still on a list": ("state", lambda run: run.vendors["mail"][BORIS]["lists"].update(surveys="active")),
    "granted and off the list": ("state", lambda run: run.vendors["mail"][ANNA]["lists"].update(surveys="unsub")),
    "said to be done": ("rung", lambda run: run.ledger["web"].clear()),
    "said to be nobody": ("rung", know_nobody),
    "the newer one first": ("order", lambda run: swap(run.ledger["crm"])),
    "a call for nothing": ("order", lambda run: run.call("crm", BORIS, 39, "withdraw", module="Contacts")),
    "a call before its plan": ("order", lambda run: run.ledger["crm"][0].update(at=BEGAN + 19 * SECOND)),
    "a call for a stranger": ("order", lambda run: run.call("mail", "x@y.z", 3, "grant", purpose="surveys")),
    "half of it": ("order", lambda run: run.ledger["crm"].remove(purge(run))),
    "a call made twice": ("order", lambda run: again(run, 20.3)),
    "a call made twice, once with others": ("order", again_in_company),
    "a call made twice by one worker, killed afterwards": ("order", again_without_a_death),
    "a call made twice as a try failed at a vendor that is well": ("order", again_after_a_failure),
    "more calls made again than were in hand": ("order", lambda run: again_after_a_death(run, 0)),
    "more calls lost by one of two deaths than were in hand": ("order", lambda run: again_after_two_deaths(run, 1)),
    "made again before it was asked to wait": ("order", wait_too_late),
    "purged twice": ("order", lambda run: purge_by_hundreds(run, "Leads", "Contacts")),
    "left in the bin": ("order", purge_by_hundreds),
    "a call once more when all is settled": ("order", call_when_settled),
    "carried out late by vendors that stood still only afterwards": ("order", lambda run: carry_out_late(run, 22)),
    "carried out when vendors had long gone on": ("order", lambda run: carry_out_late(run, 20.5, after=5)),
    "overtaken by nothing newer": ("superseded", shrink),
    "two endings after a freeze": ("zombie", end_after_a_freeze),
    "nobody reads the audit for requests": ("request", lambda run: run.file("deletion", "p1.boris", None)),
    "too many calls": ("quota", lambda run: run.expect.update(limits={"crm": [[10, 5], [1, 1]]})),
    "no calls counted": ("quota", count_nothing),
    "a handover that is stuck": ("farewell", lambda run: run.farewells[0].update(code=143)),
    "an e-mail in a log": ("leak", lambda run: setattr(run, "log", "told ANNA@example.test so\n")),
    "a device id in the audit": ("leak", lambda run: run.audit[0]["record"].update(reason="x-boris-0002.ga!")),
}  # fmt: skip


def test_nothing_is_wrong_with_a_clean_run(tmp_path: Path) -> None:
    assert check(clean_run().write(tmp_path)) == []


def test_poison_may_be_readable(tmp_path: Path) -> None:
    run = clean_run()
    run.events[-1]["event"] = {**run.events[0]["event"], "kind": "hold.placed"}
    assert check(run.write(tmp_path)) == []


@pytest.mark.parametrize("what", BREAKS)
def test_a_run_changed_in_one_way_breaks_one_rule(what: str, tmp_path: Path) -> None:
    rule, change = BREAKS[what]
    run = clean_run()
    change(run)
    assert {finding.rule for finding in check(run.write(tmp_path))} == {rule}


def _lose_the_answer(run: MadeRun) -> None:
    """A kill between the call and its commit: made once more."""
    again(run, 20.6)
    kill(run, 20.2)


def _die_with_one_in_hand(run: MadeRun) -> None:
    again_after_a_death(run, 1)


def _die_twice_before_all_is_taken_over(run: MadeRun) -> None:
    """All that was lost by two deaths is made again after the second, which is no more than each had in hand."""
    again_after_two_deaths(run, 2)


def _come_back_late(run: MadeRun) -> None:
    """A worker that was killed long ago is ready again only now, and others lost an answer over that."""
    again(run, 20.6)
    run.faults.append({"at": BEGAN - 60 * SECOND, "until": BEGAN + 20 * SECOND, "what": "recovery", "whom": "w2"})


def _retry(run: MadeRun) -> None:
    """A first try that was answered badly, and had been carried out."""
    again(run, 20.6)
    outcome(run, "executed")["record"].update(attempt=2)


def _be_asked_to_wait(run: MadeRun) -> None:
    """Broken off by a vendor that wants fewer calls, which counts as no try: begun anew."""
    again(run, 20.6)
    ask_to_wait(run, 20.4)


def _purge_by_hundreds(run: MadeRun) -> None:
    purge_by_hundreds(run, "Leads")


def _overtake(run: MadeRun) -> None:
    """Anna's withdrawal is overtaken by her later grant."""
    outcome(run, "executed")["record"].update(outcome="superseded", attempt=0)
    del run.ledger["crm"][0]


def _overtake_what_was_done(run: MadeRun) -> None:
    outcome(run, "executed")["record"].update(outcome="superseded", attempt=0)
    kill(run, 20.2)


def _carry_out_late(run: MadeRun) -> None:
    carry_out_late(run, 20.5)


def _settle_others(run: MadeRun) -> None:
    """Behind what nobody spoke of yet."""
    be_down_in_silence(run, 0, 1)
    run.hand_on("web", "another")


FORGIVEN: list[Callable[[MadeRun], object]] = [
    _lose_the_answer,
    _die_with_one_in_hand,
    _die_twice_before_all_is_taken_over,
    _come_back_late,
    _retry,
    _be_asked_to_wait,
    _purge_by_hundreds,
    _overtake,
    _overtake_what_was_done,
    _carry_out_late,
    be_down,
    be_down_in_silence,
    _settle_others,
]


@pytest.mark.parametrize("change", FORGIVEN)
def test_what_faults_may_do_is_no_finding(change: Callable[[MadeRun], object], tmp_path: Path) -> None:
    run = clean_run()
    change(run)
    assert check(run.write(tmp_path)) == []


def test_a_call_for_what_was_overtaken_needs_a_fault(tmp_path: Path) -> None:
    run = clean_run()
    _overtake_what_was_done(run)
    run.faults.clear()
    assert {finding.rule for finding in check(run.write(tmp_path))} == {"order"}


def test_each_rule_has_its_sentence_and_is_broken_here() -> None:
    assert {rule for rule, _ in BREAKS.values()} == RULES.keys()


def test_calls_that_do_not_fit_are_told_beside_what_was_said_of_them(tmp_path: Path) -> None:
    run = clean_run()
    run.ledger["crm"].remove(purge(run))
    (finding,) = check(run.write(tmp_path))
    assert "delete Contacts" in finding.what
    assert "delete executed by" in finding.what


def test_a_finding_names_nobody(tmp_path: Path) -> None:
    run = clean_run()
    run.log = "told anna@example.test so\n"
    assert [str(finding) for finding in check(run.write(tmp_path))] == ["logs/w1.1.log: names a person (p1.anna)"]


def test_the_checker_shares_no_code_with_the_product() -> None:
    for path in (FAULTS / "checker").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            used = {name.split(".")[0] for name in names}
            assert used - ALLOWED <= sys.stdlib_module_names, f"{path} uses {used}"
