"""What an event asks besides telling recipients: answers, one's own systems, and what the policy says follows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.ask import KEPT
from processors.planning.legs import ended, to_do

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.planning.ask import Ask
    from processors.planning.legs import LegDraft

_ANSWERS = {"ack": "acknowledgement", "reply": "reply"}
"""Duty → what the person is sent for it, where a law has a row for that."""
_QUESTIONS = frozenset({"access.requested", "correction.requested", "deletion.requested"})
"""Kinds that are asked for an answer's sake."""
_OUTSIDE = frozenset({"third_party", "affiliate", "counterparty"})
"""Roles of recipients that use data for themselves."""


@lru_cache(KEPT)
def follow_ups(ask: Ask) -> tuple[LegDraft, ...]:
    """In the order in which they are done."""
    return (
        *answers(ask),
        *((to_do(ask, "own_systems", "own"),) if _is_for_us(ask) else ()),
        *_notices(ask),
        *_effects(ask),
        *_published(ask),
    )


def answers(ask: Ask) -> Iterator[LegDraft]:
    """What the person is sent: where a law has a row for it; always who asked a question, or for what can't be."""
    if not ask.kind.answered:
        return
    in_vain = ask.kind.way == "choose" and not ask.reached
    always = {"reply"} if in_vain or ask.name in _QUESTIONS else set()
    why = "nothing_to_stop" if in_vain else None
    yield from (
        to_do(ask, task, duty, None, why) for duty, task in _ANSWERS.items() if duty in ask.rules.asked | always
    )


def _is_for_us(ask: Ask) -> bool:
    """Whether one's own systems are a task of their own: by law, to find what was asked for, or else to stop it.

    Else where no recipient does what is to be stopped: nobody would ever hear of it.
    """
    if ask.action == "withdraw":
        alone = any(not ask.policy.flows.get(purpose) for purpose in ask.reached)
        return bool(ask.purposes) and ("own" in ask.rules.asked or alone)
    return "own" in ask.rules.asked or ask.kind.way == "ask"


def _notices(ask: Ask) -> Iterator[LegDraft]:
    if "notify" in ask.rules.asked:
        yield to_do(ask, ask.kind.notice, "notify")
    if ask.rule["third_party"].notice:
        reached = (r for r in ask.policy.recipients if r.role in _OUTSIDE and r.status == "active")
        about = ask.reached.union(ask.purposes) if ask.kind.way == "ask" else ask.reached
        told = (r.id for r in reached if about.intersection(ask.policy.carried(r.id, ask.domain)))
        yield from (to_do(ask, "notify_third_parties", "third_party", who, "in_writing") for who in told)


def _effects(ask: Ask) -> Iterator[LegDraft]:
    for effect in ask.policy.effects:
        if effect.of not in {ask.name, *ask.kind.of} or not _follows(ask, effect.effect):
            continue
        if effect.effect == "notify_authorising_org":
            yield to_do(ask, effect.effect, "notify")
            yield to_do(ask, "tell_person", "notify", None, "withdraw_there_too")
        else:
            yield ended(None, None, (), "not_applicable", effect.effect)


def _follows(ask: Ask, effect: str) -> bool:
    """The legs themselves say what goes on; and a stop to marketing is free: no service ends for it."""
    if effect == "service_termination":
        return not ask.reached.issubset(ask.policy.with_trait("direct_marketing"))
    return effect != "other_bases_continue"


def _published(ask: Ask) -> Iterator[LegDraft]:
    """What is out can't be called back, whatever is asked of those who had it from us."""
    about = ask.policy.purposes_of(ask.domain) if ask.kind.way == "minor" else ask.purposes
    out = tuple(p for p in ask.policy.with_trait("published") if p in about)
    if out and ask.action in {"withdraw", "delete"}:
        yield ended(ask.action, None, out, "public")
