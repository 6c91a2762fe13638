"""What a new version of a policy means for people whose choices stand already. It is said here, and done nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.policy import Policy
    from schemas.policy.rows import Purpose

_OPTOUTS = {"sale_or_share": "an opt-out of sale", "targeted_ads": "an opt-out of targeted advertising"}
_NEW_PURPOSE = (
    "new: nobody has agreed to it; where it rests on consent, nothing may begin before people are asked. "
    "A withdrawal of everything covers it; a grant of everything was made before it was known and doesn't"
)
_GONE_PURPOSE = (
    "gone: choices about it stay recorded and reach nobody; an event that names it is refused under the new version, "
    "so publishers must stop naming it"
)
_GONE_RECIPIENT = (
    "gone: no later withdrawal or deletion reaches it; what it holds must be erased there before the new version is "
    "in force"
)
_NEW_FLOW = (
    "new: the relay tells it nothing of choices that stand, neither grants nor withdrawals. Before data goes there "
    "it must be told who has withdrawn; whether earlier grants cover it is the controller's decision"
)
_GONE_FLOW = "gone: no later choice about this purpose reaches it; what it does for it must be stopped there"


def consequences(old: Policy, new: Policy) -> Iterator[tuple[str, str]]:
    """Pairs of a place in the file and what it means for choices that stand under `old`."""
    if old.id != new.id:
        yield "id", "these are two policies, not two versions: no choice of one stands in the other"
        return
    if new.historic:
        yield "historic", "what was collected before stays under the version of then: events must name it"
    yield from _new_and_gone(old, new)
    for purpose in new.purposes:
        if purpose.id in old.by_purpose:
            yield from _purpose(old, new, purpose)
            yield from _flows(old, new, purpose.id)


def _new_and_gone(old: Policy, new: Policy) -> Iterator[tuple[str, str]]:
    yield from ((f"purposes.{one}", _NEW_PURPOSE) for one in new.by_purpose if one not in old.by_purpose)
    yield from ((f"purposes.{one}", _GONE_PURPOSE) for one in old.by_purpose if one not in new.by_purpose)
    yield from ((f"recipients.{one}", _GONE_RECIPIENT) for one in old.by_recipient if one not in new.by_recipient)


def _purpose(old: Policy, new: Policy, purpose: Purpose) -> Iterator[tuple[str, str]]:
    """`purpose`: as the new version has it; the old one has it, too."""
    place, had = f"purposes.{purpose.id}", old.by_purpose[purpose.id].traits
    was, now = (purpose.id in policy.withdrawable for policy in (old, new))
    if was and not now:
        yield place, "no withdrawal stops it any more; those that stand must still be honoured"
    if now and not was:
        yield place, "a withdrawal stops it now; people who withdrew before were told that it goes on"
    if "sensitive" in purpose.traits and "sensitive" not in had:
        yield place, "needs a consent of its own now; grants that stand are not that"
    if "by_name" in purpose.traits and "by_name" not in had:
        yield place, "is granted by name only now; a grant of everything that stands doesn't cover it"
    for trait, optout in _OPTOUTS.items():
        if trait in purpose.traits and trait not in had:
            yield place, f"{optout} reaches it now; those that stand have stopped nothing of it yet"


def _flows(old: Policy, new: Policy, purpose: str) -> Iterator[tuple[str, str]]:
    before, after = ({flow.to for flow in policy.flows.get(purpose, ())} for policy in (old, new))
    yield from ((f"flows.{purpose}.{one}", _NEW_FLOW) for one in sorted(after - before))
    yield from ((f"flows.{purpose}.{one}", _GONE_FLOW) for one in sorted((before - after) & new.by_recipient.keys()))
