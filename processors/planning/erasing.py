"""Deletions: of a person, of a customer's data, of a minor; and the review, where there is no right to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning import marks
from processors.planning.bars import bars
from processors.planning.choices import Standing, is_lent
from processors.planning.choosing import choose, precedes_erasure
from processors.planning.deletion_legs import deletion_legs, lane_grants, retained_at, review_legs
from processors.planning.holds import held
from processors.planning.legs import ended, legs_of, to_do
from processors.planning.made import Plan, planned, stale
from processors.planning.timing import gives_right
from schemas.state import SUPPRESSED, Retained

if TYPE_CHECKING:
    from processors.planning.case import Case
    from processors.planning.legs import LegDraft
    from schemas.state import Choice, SubjectState

_ERASED = frozenset({"deactivate_and_delete", "never"})
"""What a policy does with minors whom it erases."""


def erase(case: Case, state: SubjectState) -> Plan:
    if reason := _reviewed(case):
        return planned(case, state, review_legs(case, reason))
    return _erased(case, state, ())


def minor(case: Case, state: SubjectState) -> Plan:
    """What the policy says of people of that age; of an age that nobody told, all that it says of minors."""
    actions, before = _of_minors(case), state.marks
    state = state.changed(marks=marks.joined(before, marks.of_minor(case, actions)))
    parents = (to_do(case.ask, "parental_consent", "own"),) if "parent" in actions else ()
    if actions & _ERASED:
        return _erased(case, state, (to_do(case.ask, "deactivate_account", "own"), *parents))
    if actions:
        return choose(case, state)
    # A policy without a word on minors lets nothing pass: a person looks at it, as the law of the place wants it.
    silent = to_do(case.ask, "review", "own", None, "policy_silent_on_minors")
    old = ended(None, None, (), "not_applicable", "no_rule_for_this_age")
    freed = marks.bars_age(before) and not marks.bars_age(state.marks)
    after = Standing.of(case.ask.policy, state.choices, bars(case.ask.policy, state.marks))
    again = lane_grants(case.ask, after) if freed else ()
    return planned(case, state, legs_of(case, (old if case.ask.policy.minors else silent, *again)))


def erases(case: Case) -> bool:
    """Whether nobody looks first: the event itself erases."""
    if case.ask.kind.way == "minor":
        return bool(_of_minors(case) & _ERASED)
    return case.ask.kind.way == "erase" and _reviewed(case) is None


def _of_minors(case: Case) -> set[str]:
    age = case.event.age
    return {row.action for row in case.ask.policy.minors if age is None or age < row.under}


def _reviewed(case: Case) -> str | None:
    """Why a person first looks at what is to be erased; None: it is erased. What was decided so names the request."""
    ask = case.ask
    if case.event.supersedes is not None:
        return None
    if ask.name == "contract.ended":
        return "contract_ended" if ask.role == "controller" else None
    right = ask.policy.by_right.get("erasure")
    if right is None or right.offered or gives_right(ask.laws, ask.name):
        return None
    return "no_such_right"


def _erased(case: Case, state: SubjectState, first: tuple[LegDraft, ...]) -> Plan:
    """`erased_at` speaks of personal data only; of other data, a deletion leaves everything withdrawn.

    The newest erasure covers older ones, but for who is named in none that was carried out: vendors still have them.
    """
    policy = case.ask.policy
    limits = bars(policy, state.marks)
    kept_by = held(policy, state)
    if case.event.data_domain != "pii":
        after = Standing.of(policy, (*state.choices, *case.cells()), limits)
        state = state.changed(choices=after.choices)
    elif precedes_erasure(case, state):
        if case.named is None or case.named in state.suppressed:
            return stale(case, state, "already_erased")
        after = Standing.of(policy, state.choices, limits)
        state = state.changed(suppressed=(*state.suppressed, case.named)[-SUPPRESSED:])
    else:
        erased_at = case.moments.occurred_at
        after = Standing.of(policy, _outliving(case, state), limits)
        identities = tuple(k for k in state.identities if k.occurred_at > erased_at and not k.imported)
        state = state.changed(choices=after.choices, erased_at=erased_at, identities=identities)
    recipients = retained_at(case.ask, kept_by) if kept_by.purposes else ()
    return planned(case, noted(case, state, recipients), deletion_legs(case, after, kept_by, first))


def _outliving(case: Case, state: SubjectState) -> list[Choice]:
    before = Standing.of(case.ask.policy, state.choices)
    erased_at = case.moments.occurred_at
    return [
        c
        for c in before.choices
        if before.domain(c.purpose) != "pii" or (c.occurred_at > erased_at and not is_lent(c))
    ]


def noted(case: Case, state: SubjectState, recipients: tuple[str, ...]) -> SubjectState:
    """Where a hold keeps data from being erased stands in the state, for when it is over."""
    if not recipients:
        return state
    event, moments = case.event, case.moments
    for place, old in enumerate(state.retained):
        if old.event_id == event.event_id:  # it is kept elsewhere, too
            more = old.changed(recipients=tuple(sorted({*old.recipients, *recipients})))
            return state.changed(retained=(*state.retained[:place], more, *state.retained[place + 1 :]))
    new = Retained(
        event_id=event.event_id,
        data_domain=event.data_domain,
        jurisdiction=event.jurisdiction,
        occurred_at=moments.occurred_at,
        received_at=moments.received_at,
        policy_version=case.ask.policy.version,
        recipients=recipients,
        sealed=event.sealed,
    )
    return state.changed(retained=(*state.retained, new))
