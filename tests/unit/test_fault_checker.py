from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checker import RULES, check
from made_story import ANNA, BORIS, clean_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_run import MadeRun

FAULTS = Path(__file__).parents[1] / "faults"
ALLOWED = {"checker", "aiokafka", "fastavro"}


def _outcome(run: MadeRun, word: str, nth: int = 0) -> dict[str, Any]:
    """The nth outcome of that word in the audit."""
    return [line for line in run.audit if line["record"]["outcome"] == word][nth]


def _planned(run: MadeRun, nth: int) -> dict[str, Any]:
    record: dict[str, Any] = [line for line in run.audit if line["record"]["kind"] == "planned"][nth]["record"]
    return record


def _plan_more(run: MadeRun) -> None:
    """Something that nobody is due to do: the same leg on another connection, and done."""
    record = _planned(run, 1)
    twin = {**record["legs"][0], "lane": "web", "delivery_id": "twin"}
    record["legs"].append(twin)
    run.end(record["event_id"], "web", "withdraw", "client_signal", delivery_id="twin")


def _end_once_more(run: MadeRun, **changes: Any) -> None:
    record = {**_outcome(run, "executed")["record"], **changes}
    run.audit.append({"partition": 0, "offset": 99, "timestamp": 0, "record": record})


BREAKS: dict[str, tuple[str, Callable[[MadeRun], object]]] = {
    "an acknowledged event is gone": ("lost", lambda run: run.acked.append({"n": 1, "partition": 0, "offset": 77})),
    "something else stands there": ("lost", lambda run: run.acked[0].update(n=1)),
    "no verdict": ("verdict", lambda run: run.audit.pop()),
    "two verdicts": ("verdict", lambda run: run.audit.append(run.audit[-1])),
    "junk is not rejected": ("verdict", lambda run: run.audit[-1]["record"].update(kind="stale")),
    "a late grant is planned": ("verdict", lambda run: run.audit[5]["record"].update(kind="planned")),
    "due and not planned": ("due", lambda run: _planned(run, 1)["legs"].clear()),
    "planned and not due": ("due", _plan_more),
    "planned twice": ("due", lambda run: _planned(run, 1)["legs"].append(_planned(run, 1)["legs"][0])),
    "for somebody else": ("due", lambda run: _planned(run, 1).update(pid="p1.boris")),
    "another scope": ("due", lambda run: _planned(run, 0)["legs"][0].update(channels=["sms"])),
    "an outcome that nobody planned": ("due", lambda run: run.end("no-event", "crm", "grant", "no_match")),
    "no ending": ("ending", lambda run: run.audit.remove(_outcome(run, "executed"))),
    "still parked": ("ending", lambda run: _outcome(run, "executed")["record"].update(outcome="parked")),
    "failed": ("ending", lambda run: _outcome(run, "executed")["record"].update(outcome="failed")),
    "ended twice": ("ending", _end_once_more),
    "ended twice, differently": ("ending", lambda run: _end_once_more(run, outcome="no_match")),
    "a cycle without an end": ("ending", lambda run: _outcome(run, "executed")["record"].update(cycle=1)),
    "another state": ("state", lambda run: run.vendors["crm"][ANNA]["records"][0].update(opted_out=True)),
    "not deleted": ("state", lambda run: run.vendors["web"][BORIS].update(deletion_requested=None)),
    "not in do-not-mail": ("state", lambda run: run.vendors["mail"][BORIS].update(do_not_mail=False)),
    "still on a list": ("state", lambda run: run.vendors["mail"][BORIS]["lists"].update(surveys="active")),
    "granted and off the list": ("state", lambda run: run.vendors["mail"][ANNA]["lists"].update(surveys="unsub")),
    "an e-mail in a log": ("leak", lambda run: setattr(run, "log", "told ANNA@example.test so\n")),
    "a device id in the audit": ("leak", lambda run: run.audit[0]["record"].update(reason="x-boris-0002.ga!")),
}  # fmt: skip


def test_nothing_is_wrong_with_a_clean_run(tmp_path: Path) -> None:
    assert check(clean_run().write(tmp_path)) == []


@pytest.mark.parametrize("what", BREAKS)
def test_a_run_changed_in_one_way_breaks_one_rule(what: str, tmp_path: Path) -> None:
    rule, change = BREAKS[what]
    run = clean_run()
    change(run)
    assert {finding.rule for finding in check(run.write(tmp_path))} == {rule}


def test_each_rule_has_its_sentence_and_is_broken_here() -> None:
    assert {rule for rule, _ in BREAKS.values()} <= RULES.keys()


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
