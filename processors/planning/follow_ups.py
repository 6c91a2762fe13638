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
_OUTSIDE = frozenset({"third_party", "affiliate", "counterparty"})
"""Roles of recipients that use data for themselves."""


@lru_cache(KEPT)
def follow_ups(ask: Ask) -> tuple[LegDraft, ...]:
    """In the order in which they are done."""
    return (
        *answers(ask),
        *((to_do(ask, "own_systems", "own"),) if "own" in ask.rules.asked or _is_done_by_us_alone(ask) else ()),
        *_notices(ask),
        *_effects(ask),
        *_published(ask),
    )


def answers(ask: Ask) -> Iterator[LegDraft]:
    """What the person is sent, where a law has a row for it."""
    found = _ANSWERS.items() if ask.kind.answered else ()
    yield from (to_do(ask, task, duty) for duty, task in found if duty in ask.rules.asked)


def _is_done_by_us_alone(ask: Ask) -> bool:
    """Whether a stop is about what no recipient does: nobody else would ever hear of it."""
    return ask.action == "withdraw" and any(not ask.policy.flows.get(purpose) for purpose in ask.reached)


def _notices(ask: Ask) -> Iterator[LegDraft]:
    if "notify" in ask.rules.asked:
        yield to_do(ask, ask.kind.notice, "notify")
    if ask.rule["third_party"].notice:
        reached = (r for r in ask.policy.recipients if r.role in _OUTSIDE and r.status == "active")
        told = (r.id for r in reached if set(ask.policy.carried(r.id, ask.domain)) & ask.reached)
        yield from (to_do(ask, "notify_third_parties", "third_party", who, "in_writing") for who in told)


def _effects(ask: Ask) -> Iterator[LegDraft]:
    for effect in ask.policy.effects:
        if effect.of not in {ask.name, *ask.kind.of} or effect.effect == "other_bases_continue":
            continue  # the legs themselves say what goes on
        if effect.effect == "notify_authorising_org":
            yield to_do(ask, effect.effect, "notify")
            yield to_do(ask, "tell_person", "notify", None, "withdraw_there_too")
        else:
            yield ended(None, None, (), "not_applicable", effect.effect)


def _published(ask: Ask) -> Iterator[LegDraft]:
    """What is out can't be called back, whatever is asked of those who had it from us."""
    out = tuple(p for p in ask.policy.with_trait("published") if p in ask.purposes)
    if out and ask.action in {"withdraw", "delete"}:
        yield ended(ask.action, None, out, "public")
