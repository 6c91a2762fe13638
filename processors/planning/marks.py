"""What stands beside a person's choices: opt-outs, confirmed consents, restrictions, ages, lifted holds.

Of each kind and purpose the newest counts, at the same moment the more protective: no order of arrival matters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.choices import ALL, all_of
from schemas.deadlines import law
from schemas.state import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from processors.planning.case import Case
    from schemas.policy.rows import Trait
    from schemas.state import MarkKind

GATED: tuple[Trait, ...] = ("sale_or_share", "targeted_ads")
"""Traits of purposes where a consent after an opt-out may have to be confirmed."""
TWO_STEP = frozenset({"two_step", "double_opt_in"})
"""What an event's `verified_by.method` says of a consent that was given, and confirmed."""


def joined(marks: tuple[Mark, ...], new: Iterable[Mark]) -> tuple[Mark, ...]:
    """The newest of each kind and purpose; the same tuple if nothing is new."""
    known = {(mark.kind, mark.purpose): mark for mark in marks}
    before = dict(known)
    for mark in new:
        other = known.get((mark.kind, mark.purpose))
        if other is None or _rank(mark) > _rank(other):
            known[mark.kind, mark.purpose] = mark
    return marks if known == before else tuple(known[key] for key in sorted(known))


def _rank(mark: Mark) -> tuple[int, bool, str]:
    return mark.occurred_at, mark.on, mark.event_id


def of_choice(case: Case) -> list[Mark]:
    """What a choice leaves: an opt-out that a later consent doesn't simply undo, or a consent that may."""
    kind = case.ask.kind.mark
    if kind is not None:
        gate = _gate(case.ask.laws)
        return [] if gate is None else [made(case, kind, p, detail=gate) for p in sorted(case.ask.reached)]
    if case.ask.action != "grant" or case.ask.lends or (confirmed := _confirmed(case)) is None:
        return []
    gated = {p for trait in GATED for p in case.ask.policy.with_trait(trait)}
    about = case.ask.purposes if confirmed == "parent" else (p for p in case.ask.purposes if p in gated)
    return [made(case, "optin", p, detail=confirmed) for p in about]


@lru_cache(256)
def _gate(laws: frozenset[str]) -> str | None:
    """The law that doesn't let a consent after an opt-out count as any other."""
    return next((p.regime for p in law().periods if p.regime in laws and p.meaning == "steps"), None)


def _confirmed(case: Case) -> str | None:
    if case.ask.relation == "parent":
        return "parent"
    verified = case.event.verified_by
    return "two_step" if verified is not None and verified.method in TWO_STEP else None


def of_minor(case: Case, actions: Collection[str]) -> list[Mark]:
    """What the young or a parent must agree to, and whether nothing at all is taken of people of that age."""
    who = next((one for one in ("parent", "opt_in") if one in actions), None)
    new = [] if who is None else [made(case, "minor", purpose, detail=who) for purpose in sorted(case.ask.reached)]
    if any(row.action == "never" for row in case.ask.policy.minors):
        new.append(made(case, "minor", all_of(case.ask.domain), on="never" in actions, detail=who))
    return new


def bars_age(marks: tuple[Mark, ...]) -> bool:
    """Whether nothing is taken of the person because of their age."""
    return any(mark.kind == "minor" and mark.on and mark.purpose.endswith(ALL) for mark in marks)


def restriction(case: Case) -> list[Mark]:
    whole = case.ask.everything
    on = case.ask.name == "restriction.requested"
    purposes = (all_of(case.ask.domain),) if whole else case.ask.purposes
    return [made(case, "restriction", purpose, on=on) for purpose in purposes]


def made(case: Case, kind: MarkKind, purpose: str = ALL, *, on: bool = True, detail: str | None = None) -> Mark:
    return Mark(kind, purpose, on, case.moments.occurred_at, case.event.event_id, case.event.until, detail)
