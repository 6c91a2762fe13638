"""By when each leg of an event is due, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from processors.deadlines import limits
from schemas.deadlines import HOUSE, law

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.reckoning.dues import Due
    from processors.reckoning.scope import Scope
    from schemas.law.rows import DutyLeg

KEPT = 1024


class Rule(NamedTuple):
    """What a deadline rests on. mark: how sure that is; notice: the other side must be told in writing."""

    id: str
    mark: str
    notice: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """`of`: duty → its rule, also of the house; asked: the duties that a law asks for, by themselves.

    The same rules are the same object, so that it is its own key.
    """

    of: Mapping[str, Rule]
    asked: frozenset[str]


class Timing(NamedTuple):
    """`fills`: duty → its moment by its name in a leg, µs: `due_at` of each duty in `rules`."""

    rules: Rules
    fills: Mapping[str, Mapping[str, int]]


_known: dict[int, tuple[Mapping[DutyLeg, Due], Timing]] = {}
"""By the identity of what the law said: for all that is received on a day it says it in one and the same object."""


def timing(scope: Scope, kind: str, received_at: int, sent_at: int, channels: tuple[str, ...]) -> Timing:
    """The deadlines of an event of this kind under these laws. Both moments in µs."""
    found = limits(scope, kind, received_at, sent_at, channels)
    said = _known.get(id(found))
    if said is not None:
        return said[1]
    fills: dict[str, dict[str, int]] = {duty: {"due_at": one.due_at} for duty, one in found.items()}
    made = Timing(_rules(tuple((duty, one.rule) for duty, one in found.items())), fills)
    if len(_known) >= KEPT:
        _known.clear()
    _known[id(found)] = found, made
    return made


@lru_cache(KEPT)
def _rules(found: tuple[tuple[str, str], ...]) -> Rules:
    asked = frozenset(duty for duty, rule in found if _is_asked(duty, rule))
    return Rules({duty: _rule(rule) for duty, rule in found}, asked)


def _rule(rule: str) -> Rule:
    row = law().by_rule[rule]
    return Rule(rule, "internal" if row.unit == "none" else row.mark, row.notice_needed)


def _is_asked(duty: str, rule: str) -> bool:
    """One's own systems are a task of their own where a law has a number for them, and answers where it wants one."""
    row = law().by_rule[rule]
    if duty == "own":
        return row.unit != "none"
    return row.regime != HOUSE


@lru_cache(256)
def gives_right(laws: frozenset[str], kind: str) -> bool:
    """Whether one of these laws sets a time for the answer to such a request: it is then a right."""
    return any(row.leg == "reply" and row.unit != "none" for regime in laws for row in law().rows(regime, kind))


@lru_cache(256)
def look_back(laws: frozenset[str], kind: str) -> str | None:
    """Up to how long ago a third party must have got the data to be told, as a word; None: no law says."""
    topics = {row.topic for regime in laws for row in law().rows(regime, kind)}
    found = (p for p in law().periods if p.regime in laws and p.meaning == "look_back")
    return next((f"given_in_last_{p.amount}_{p.unit}s" for p in found if p.id.partition("-")[0] in topics), None)
