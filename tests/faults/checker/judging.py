"""All rules over one run."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from checker.case import Case
from checker.rules.dues import due
from checker.rules.endings import ending, twice
from checker.rules.farewells import farewell
from checker.rules.leaks import leak
from checker.rules.order import order
from checker.rules.overtaken import superseded
from checker.rules.quotas import quota
from checker.rules.requests import request
from checker.rules.rungs import rung
from checker.rules.states import state
from checker.rules.verdicts import lost, verdict
from checker.rules.waiting import waiting
from checker.rundir import Run

if TYPE_CHECKING:
    from pathlib import Path

    from checker.finding import Finding

_RULES = (
    lost, verdict, due, ending, twice, waiting, superseded, rung, order, state, request, quota, leak, farewell,
)  # fmt: skip


def check(run: Path) -> list[Finding]:
    """Every way in which the run breaks a rule; `finding.RULES` says what each rule is."""
    gc.disable()  # millions of small objects that stay: to look through them again and again takes a third of it
    try:
        case = Case(Run(run))
        return [finding for rule in _RULES for finding in rule(case)]
    finally:
        gc.enable()
