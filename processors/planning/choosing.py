"""Grants, withdrawals, and whatever else is a choice: objections, opt-outs, what ran out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning import marks
from processors.planning.bars import bars, why_barred
from processors.planning.case import Cells, square
from processors.planning.choice_legs import choice_legs
from processors.planning.choices import IMPORTS, Standing
from processors.planning.holds import held
from processors.planning.legs import ended, legs_of
from processors.planning.made import Plan, planned, stale

if TYPE_CHECKING:
    from processors.planning.case import Case
    from schemas.state import SubjectState


NOWHERE: Cells = frozenset()


def choose(case: Case, state: SubjectState) -> Plan:
    """A late grant never undoes what is newer and protects the person, nor what bars it."""
    ask = case.ask
    grants, erased = ask.action == "grant", precedes_erasure(case, state)
    new = marks.of_choice(case)
    noted = marks.joined(state.marks, new) if new else state.marks
    if grants and (erased or _is_lent_to_erased(case, state)):
        # What it leaves beside the choices stays, as it would had it come before the deletion.
        why = "grant_before_erasure" if erased else f"{_whose(case)}_after_erasure"
        return stale(case, state.changed(marks=noted), why)
    before = Standing.of(ask.policy, state.choices, bars(ask.policy, state.marks))
    # A withdrawal from before an erasure is still passed on, but the erased state keeps nothing that old.
    after = before if erased else before.joined_by(case.cells())
    if noted is not state.marks:
        after = after._replace(bars=bars(ask.policy, noted))
    state = state.changed(choices=after.choices, marks=noted)
    newest = case.newest(before)
    cells = _judged(case, newest, before, after) if after.bars else newest
    if case.event.vendors_told:
        known = ended(ask.action, None, ask.purposes, "not_applicable", "vendors_told")
        return planned(case, state, legs_of(case, (known,)))
    if cells or not ask.purposes:
        refused = NOWHERE if cells is newest else newest - cells
        return planned(case, state, choice_legs(case, cells, after, refused, held(ask.policy, state)))
    if newest:
        moment, about = case.moments.occurred_at, frozenset(ask.purposes)
        return stale(case, state, why_barred(noted, about, moment))
    return stale(case, state, f"{_whose(case)}_after_choice" if ask.lends else "overtaken_by_newer")


def _judged(case: Case, newest: Cells, before: Standing, after: Standing) -> Cells:
    """Where something changes, as far as the bars let a grant count, or a new one undoes what was granted."""
    every = square(case.ask.purposes, case.ask.channels)
    if case.ask.action == "grant":
        return frozenset(
            cell for cell in every if after.granted(*cell) and (cell in newest or not before.granted(*cell))
        )
    return newest | {cell for cell in every if before.granted(*cell) and not after.granted(*cell)}


def precedes_erasure(case: Case, state: SubjectState) -> bool:
    erased_at = state.erased_at if case.event.data_domain == "pii" else None
    return erased_at is not None and case.moments.occurred_at <= erased_at


def _is_lent_to_erased(case: Case, state: SubjectState) -> bool:
    return state.erased_at is not None and case.event.data_domain == "pii" and case.ask.lends


def _whose(case: Case) -> str:
    """In a word, of a grant that isn't the person's own."""
    return "import" if case.event.method in IMPORTS else "others"
