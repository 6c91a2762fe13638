"""What is asked of everybody who has the data: copies, corrections, restrictions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning import marks
from processors.planning.ask import KEPT
from processors.planning.bars import bars
from processors.planning.choices import Standing
from processors.planning.deletion_legs import foreign_legs, granted_again
from processors.planning.follow_ups import follow_ups
from processors.planning.legs import LegDraft, Scope, due, ended, legs_of, not_due
from processors.planning.made import Plan, planned, stale
from processors.planning.routes import routes
from processors.planning.timing import look_back

if TYPE_CHECKING:
    from processors.planning.ask import Ask
    from processors.planning.case import Case
    from processors.planning.routes import Route
    from schemas.state import SubjectState

LIFTED = "restriction.lifted"


def ask_around(case: Case, state: SubjectState) -> Plan:
    """The answers are tracked, not kept: each is a leg."""
    return planned(case, state, legs_of(case, _drafts(case.ask)))


def restrict(case: Case, state: SubjectState) -> Plan:
    """From a restriction on data is only kept, but for what is consented to after it; until it is lifted."""
    ask = case.ask
    if ask.is_foreign:
        return planned(case, state, foreign_legs(case))
    noted = marks.joined(state.marks, marks.restriction(case))
    if noted is state.marks:
        return stale(case, state, "overtaken_by_newer")
    state = state.changed(marks=noted)
    drafts = _drafts(ask)
    if ask.name == LIFTED:
        after = Standing.of(ask.policy, state.choices, bars(ask.policy, noted))
        again = [r for r in _routes(ask) if r.lane is not None and r.lane.is_due_in(ask.jurisdiction)]
        drafts += tuple(draft for route in again for draft in granted_again(ask, route, after))
    return planned(case, state, legs_of(case, drafts))


@lru_cache(KEPT)
def _routes(ask: Ask) -> tuple[Route, ...]:
    carried = {r.id: ask.policy.carried(r.id, ask.domain) for r in ask.policy.recipients}
    reached = {who: found for who, of in carried.items() if (found := tuple(p for p in of if p in ask.purposes))}
    return tuple(routes(ask.policy, ask.lanes, reached, ask.jurisdiction))


@lru_cache(KEPT)
def _drafts(ask: Ask) -> tuple[LegDraft, ...]:
    published = set(ask.policy.with_trait("published"))
    asked = [_draft(ask, route) for route in _routes(ask)]
    out = [ended(ask.action, None, tuple(p for p in ask.purposes if p in published), "public")]
    is_out = published.intersection(ask.purposes) and ask.name != LIFTED  # what is out was never restricted
    return (*asked, *(out if is_out else ()), *follow_ups(ask))


def _draft(ask: Ask, route: Route) -> LegDraft:
    if route.lane is not None and not route.lane.is_due_in(ask.jurisdiction):
        return not_due(ask.action, route, "not_applicable", "region")
    draft = due(ask, route, ask.action, Scope(route.purposes, (), (), all_purposes=ask.everything))
    ago = look_back(ask.laws, ask.name) if route.duty == "third_party" else None
    if draft.values["kind"] != "task" or (ago is None and ask.name != LIFTED):
        return draft
    # Who restricts and who lifts it are asked the same action: the task has to say which.
    why = ago or draft.values.get("reason")
    return LegDraft(draft.duty, draft.own, **(draft.values | {"task": ask.kind.task, "reason": why}))


def offer(case: Case, state: SubjectState) -> Plan:
    """Until it ends the person may ask for a deletion; who says nothing asks for none and consents to nothing."""
    until = marks.made(case, "offer").until
    state = state.changed(marks=marks.joined(state.marks, (marks.made(case, "offer"),)))
    draft = ended(None, None, (), "not_applicable", "silence_deletes_nothing")
    return planned(case, state, legs_of(case, (LegDraft(**(draft.values | {"review_at": until})),)))
