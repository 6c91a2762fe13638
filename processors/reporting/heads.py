"""The newest signed head of each partition that a report is about: what it says of itself, which nobody checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.notarising.note import claimed
from processors.reporting.model import SignedHead
from schemas.errors import NotProven
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from processors.reporting.fact import Fact

NOT_VERIFIED = "not verified: run consent-relay audit prove"
"""A report checks neither signatures nor trees."""


class NewestHead(NamedTuple):
    """at: when it was written, µs; listed: which of the leaves that were looked for it lists, or one before it."""

    note: str
    at: int
    listed: AbstractSet[bytes]


def signed_heads(facts: Sequence[Fact], newest: Mapping[int, NewestHead]) -> tuple[SignedHead, ...]:
    """One for each partition of the facts. newest: by partition; a partition without one has no head."""
    return tuple(
        _told(number, [fact for fact in facts if fact.partition == number], newest.get(number))
        for number in sorted({fact.partition for fact in facts})
    )


def _told(number: int, facts: Collection[Fact], newest: NewestHead | None) -> SignedHead:
    none = SignedHead(number, None, 0, None, (), len(facts), 0)
    if newest is None:
        return none
    try:
        head, keys = claimed(newest.note)
    except NotProven:
        return none
    listed = sum(fact.leaf in newest.listed for fact in facts)
    return SignedHead(number, head.origin, head.size, iso(newest.at), keys, len(facts), listed)
