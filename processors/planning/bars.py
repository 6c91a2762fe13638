"""From when on a grant counts, where an opt-out, a restriction or an age stands in its way."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.choices import ALL, all_of
from schemas.deadlines import law
from schemas.periods import end_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemas.policy import Policy
    from schemas.state import Mark

NEVER = 2**63
"""Until a consent is confirmed as the rule wants it."""
NO_BARS: Mapping[str, int] = {}
OPTOUTS = ("optout_sale", "optout_targeted_ads", "minor")


def bars(policy: Policy, marks: tuple[Mark, ...]) -> Mapping[str, int]:
    """Purpose → from when on a grant of it counts, µs; purposes without a bar are left out."""
    return (
        _bars(policy, tuple((m.kind, m.purpose, m.on, m.occurred_at, m.detail) for m in marks)) if marks else NO_BARS
    )


_Facts = tuple[str, str, bool, int, str | None]


@lru_cache(256)
def _bars(policy: Policy, facts: tuple[_Facts, ...]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for purpose, moment in (*_restricted(policy, facts), *_too_young(policy, facts), *_opted_out(facts)):
        found[purpose] = max(moment, found.get(purpose, moment))
    return found


def _restricted(policy: Policy, facts: tuple[_Facts, ...]) -> Iterator[tuple[str, int]]:
    """A consent after a restriction goes past it (GDPR Art. 18(2)); one from before it waits."""
    for domain in policy.domains:
        whole = all_of(domain.id)
        for purpose in policy.purposes_of(domain.id):
            about = [(at, on) for kind, of, on, at, _ in facts if kind == "restriction" and of in {purpose, whole}]
            if about and max(about)[1]:
                yield purpose, max(about)[0] + 1


def _too_young(policy: Policy, facts: tuple[_Facts, ...]) -> Iterator[tuple[str, int]]:
    """Of an age at which the policy takes nothing, only a parent's consent counts, where parents may.

    Until a later event tells another age.
    """
    confirmed = {of: (at, how) for kind, of, _, at, how in facts if kind == "optin"}
    known = {all_of(domain.id): policy.purposes_of(domain.id) for domain in policy.domains}
    for kind, whole, on, at, detail in facts:
        for purpose in known.get(whole, ()) if kind == "minor" and on else ():
            since, how = confirmed.get(purpose, (-NEVER, None))
            yield purpose, since if since > at and detail == how == "parent" else NEVER


def _opted_out(facts: tuple[_Facts, ...]) -> Iterator[tuple[str, int]]:
    confirmed = {of: (at, how) for kind, of, _, at, how in facts if kind == "optin"}
    for kind, purpose, _, at, detail in facts:
        if kind in OPTOUTS and not purpose.endswith(ALL):
            since, how = confirmed.get(purpose, (-NEVER, None))
            yield purpose, since if _lifts(kind, detail, at, since, how) else NEVER


def _lifts(kind: str, detail: str | None, at: int, since: int, how: str | None) -> bool:
    if since <= at:
        return False
    if kind == "minor":
        return how == "parent" or detail != "parent"
    return since >= _may_ask_from(detail, at)


def _may_ask_from(regime: str | None, opted_out_at: int) -> int:
    """When the law lets a person be asked again after an opt-out, µs."""
    waits = (p for p in law().periods if p.regime == regime and p.meaning == "do_not_ask" and p.unit == "month")
    return max((end_of(opted_out_at, f"P{wait.amount}M") for wait in waits), default=opted_out_at)


def why_barred(marks: tuple[Mark, ...], purposes: frozenset[str], occurred_at: int) -> str:
    """In a word, for a grant of these purposes that doesn't count."""
    about = [m for m in marks if m.on and (m.purpose in purposes or m.purpose.endswith(ALL))]
    found = {m.kind: m for m in about if m.kind in OPTOUTS and m.occurred_at < occurred_at}
    if "minor" in found:
        return "minor"
    for mark in found.values():
        early = occurred_at < _may_ask_from(mark.detail, mark.occurred_at)
        return "reconsent_too_early" if early else "reconsent_not_confirmed"
    return "restricted"
