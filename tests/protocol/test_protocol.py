from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counterexample import steps
from tlc import ENDS_WELL, ORDER, PROMISES, Model, check

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("model", [Model(faults=2), Model("TwoPeople")], ids=["two faults", "two people"])
def test_all_promises_hold_in_every_state(model: Model, tmp_path: Path) -> None:
    verdict = check(model, tmp_path)
    assert verdict.broken is None
    assert verdict.states > 20_000


def test_every_run_ends_well(tmp_path: Path) -> None:
    verdict = check(Model(holds=(ENDS_WELL,)), tmp_path)
    assert verdict.broken is None
    assert verdict.states > 1000


@pytest.mark.parametrize("promise", ["NothingUndone", "FirstCallsInOrder"])
def test_what_remains_is_a_machine_that_freezes_in_a_call(promise: str, tmp_path: Path) -> None:
    verdict = check(Model(frozen_in_call=True, holds=(promise,)), tmp_path)
    assert verdict.broken == promise
    told = steps(verdict.output)
    assert [step.split()[0] for step in told].count("Freeze") == 1
    assert told[-1].startswith("Carried")


def test_no_other_promise_is_touched_by_it(tmp_path: Path) -> None:
    holds = tuple(promise for promise in PROMISES if promise not in ORDER)
    verdict = check(Model(faults=2, frozen_in_call=True, holds=holds), tmp_path)
    assert verdict.broken is None
