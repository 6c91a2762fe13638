"""What an event asks in vain, or otherwise than it says: it stands beside what is due, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.legs import exempt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.planning.ask import Ask
    from processors.planning.legs import LegDraft


def remarks(ask: Ask) -> Iterator[LegDraft]:
    """Of a choice. What protects is carried out whatever ground it names."""
    policy = ask.policy
    apart, unnamed, groundless = ask.left_out
    if apart:
        yield exempt(ask.action, None, apart, "separate_consent", None)
    if unnamed:
        yield exempt(ask.action, None, unnamed, "not_named", None)
    if groundless:
        yield exempt(ask.action, None, groundless, "other_basis", policy.bases_of(groundless))
    if not (ask.purposes or any(ask.left_out)):
        yield exempt(ask.action, None, (), "no_such_purpose", None)
    if not ask.grounds.is_known:
        yield exempt(ask.action, None, (), "unknown_basis", None)
    if ask.kind.withdraws:
        yield from _taken_otherwise(ask)
    if ask.action == "grant" and not ask.everything and (beside := ask.grounds.beside(policy, ask.purposes)):
        yield exempt(ask.action, None, beside, "policy_has_other_basis", policy.bases_of(beside))


def _taken_otherwise(ask: Ask) -> Iterator[LegDraft]:
    others = tuple(p for p in ask.purposes if p in ask.reached and not ask.kind.is_for(ask.policy.by_purpose[p]))
    if others:
        yield exempt(ask.action, None, others, "taken_as_withdrawal", ask.policy.bases_of(others))
