"""What an event asks, whoever sent it and when: what one ask leads to is worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from processors.planning.grounds import CUSTOMERS, check, grounds
from processors.planning.kinds import kind_of
from processors.planning.laws import scope_at
from processors.reckoning.scope import scope
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.lane import Lane
    from processors.planning.grounds import Grounds
    from processors.planning.kinds import Kind
    from processors.planning.timing import Rule, Rules
    from schemas.policy import Policy
    from schemas.records import Action

KEPT = 1024
"""How many answers are kept of each question that only depends on policy, lanes and scope: many events share them."""
MOST_ASKS = 64


class Words(NamedTuple):
    """All of an event that decides what it asks. relation: who says it; basis: on what ground.

    told_by: the connection whose vendor told us of it.
    """

    controller: str
    kind: str
    domain: str
    purposes: tuple[str, ...] | None
    channels: tuple[str, ...]
    jurisdiction: str | None
    relation: str
    basis: str | None
    signalled: bool
    imported: bool
    told_by: str | None


class LeftOut(NamedTuple):
    """Purposes that a grant doesn't begin, although it is about them.

    apart: they need a consent of their own and were named among others; unnamed: they have to be named; groundless:
    they can't rest on the ground that it names.
    """

    apart: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    groundless: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Ask:
    """Events that ask the same share one ask, known by its identity: comparing all of it would take its time.

    name: of the kind. purposes: all it is about, in the policy's order; reached: those that it can stop or start.
    lanes: those of its controller, by name; everything: the person named no purpose. rules: of its deadlines.
    told_by: the lane whose vendor told us of it, and is not told what it told.
    """

    policy: Policy
    lanes: tuple[Lane, ...]
    name: str
    kind: Kind
    purposes: tuple[str, ...]
    reached: frozenset[str]
    left_out: LeftOut
    channels: tuple[str, ...]
    domain: str
    role: str
    jurisdiction: str | None
    relation: str
    grounds: Grounds
    everything: bool
    laws: frozenset[str]
    rules: Rules
    told_by: str | None

    @property
    def action(self) -> Action:
        return self.kind.action or "withdraw"

    @property
    def rule(self) -> Mapping[str, Rule]:
        """By duty."""
        return self.rules.of

    @cached_property
    def lends(self) -> bool:
        """Whether it grants without the person's own word: that undoes nothing that protects them."""
        return self.action == "grant" and not self.grounds.own

    @cached_property
    def is_foreign(self) -> bool:
        """Whether it asks a processor for what only its customer can order."""
        return self.role == "processor" and self.relation not in CUSTOMERS


class Asks:
    """What was asked under a policy with these lanes. Both are known by their identity: comparing takes its time."""

    def __init__(self, policy: Policy, lanes: tuple[Lane, ...]) -> None:
        self.about = policy, lanes
        self.scope = lru_cache(KEPT)(partial(scope_at, policy))
        self.ask = lru_cache(KEPT)(partial(_ask, policy, lanes))


_known: dict[tuple[int, int], Asks] = {}


def asks_under(policy: Policy, lanes: tuple[Lane, ...]) -> Asks:
    found = _known.get((id(policy), id(lanes)))
    if found is None:
        if len(_known) >= MOST_ASKS:
            _known.clear()
        found = _known[id(policy), id(lanes)] = Asks(policy, lanes)
    return found


def _ask(policy: Policy, lanes: tuple[Lane, ...], spoken: tuple[Any, ...], rules: Rules) -> Ask:
    """Raises InvalidRecord for a purpose or kind of data that the policy doesn't have, or a grant without ground.

    spoken: Words as a plain tuple, which is made in a fifth of the time.
    """
    words = Words._make(spoken)
    kind, named = kind_of(words.kind, signalled=words.signalled), words.purposes
    about = _purposes(policy, words.domain, named)
    role = next(domain.role for domain in policy.domains if domain.id == words.domain)
    ground = grounds(policy, role, words.relation, words.basis, imported=words.imported)
    widely = named is not None or ground.is_given
    reached = frozenset(p for p in about if kind.reaches(policy, policy.by_purpose[p], widely=widely))
    left_out = _left_out(policy, about, named, ground) if kind.action == "grant" else LeftOut()
    without = {purpose for some in left_out for purpose in some}
    if kind.picks and named is None:
        about = policy.in_order(reached)
    return Ask(
        policy=policy,
        lanes=tuple(sorted((one for one in lanes if one.controller == words.controller), key=lambda one: one.name)),
        name=words.kind,
        kind=kind,
        purposes=tuple(p for p in about if p not in without),
        reached=reached - without,
        left_out=left_out,
        channels=tuple(channel for channel in CHANNELS if not words.channels or channel in words.channels),
        domain=words.domain,
        role=role,
        jurisdiction=words.jurisdiction,
        relation=words.relation,
        grounds=ground,
        everything=named is None and not kind.picks and not left_out.groundless,
        laws=frozenset(scope(policy.regimes, words.jurisdiction).regimes),
        rules=rules,
        told_by=words.told_by,
    )


def _left_out(policy: Policy, about: tuple[str, ...], named: tuple[str, ...] | None, ground: Grounds) -> LeftOut:
    """Raises InvalidRecord for a ground that the policy doesn't know."""
    check(policy, ground)
    sensitive = {p for p in about if "sensitive" in policy.by_purpose[p].traits}
    apart = () if named is not None and sensitive.issuperset(named) else policy.in_order(sensitive)
    unnamed = tuple(p for p in policy.with_trait("by_name") if p in about) if named is None else ()
    others = (p for p in about if p not in apart and p not in unnamed)
    return LeftOut(apart, unnamed, tuple(p for p in others if not ground.bears(policy, p)))


def _purposes(policy: Policy, domain: str, named: tuple[str, ...] | None) -> tuple[str, ...]:
    known = policy.purposes_of(domain)
    if not known:
        raise InvalidRecord(f"is no kind of data that {policy.id} {policy.version} knows", field="data_domain")
    if named is None:
        return known
    for place, purpose in enumerate(named):
        if purpose not in known:
            text = (
                f"is no purpose of {domain} in {policy.id} {policy.version}; "
                f"`consent-relay policy show {policy.id}` lists them"
            )
            raise InvalidRecord(text, field=f"purposes.{place}")
    return policy.with_followers(named)
