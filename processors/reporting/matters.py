"""A person's records, sorted by what was asked: each event, with all that the audit says came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.closing.ending import settled
from processors.closing.lifting import begun_id
from processors.closing.progress import opened
from processors.closing.retold import retold
from processors.replaying.people import JUDGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.reporting.fact import Fact
    from schemas.records import EventFacts, Leg
    from schemas.request import Request, RequestLeg


class Matter(NamedTuple):
    """One event that was judged. request: how it stands, of a grant, too, which is a request to nobody else.

    first: the fact of the judgement; told: all others about it, in their order.
    """

    first: Fact
    event: EventFacts
    request: Request
    told: Sequence[Fact]

    @property
    def is_stale(self) -> bool:
        """Nothing was due, because of something newer."""
        return self.first.record.kind == "stale"

    def plans(self) -> Iterable[tuple[Leg | None, RequestLeg]]:
        """Each leg as planned and as it stands; None: it is what another hold keeps of a leg that was planned."""
        first = self.first.record
        planned = {one.leg_id: leg for one, leg in zip(opened(first).legs, first.legs or (), strict=True)}
        begun = (fact.record for fact in self.told if fact.record.kind == "cycle")
        planned |= {begun_id(record, leg): leg for record in begun for leg in record.legs or ()}
        for leg in self.request.legs:
            yield planned.get(leg.leg_id), leg

    def about(self, leg: RequestLeg) -> list[Fact]:
        """What was said of one leg."""
        return [fact for fact in self.told if leg.leg_id in _ids(fact)]


def _ids(fact: Fact) -> set[str | None]:
    return {fact.record.delivery_id, *(leg.delivery_id for leg in fact.record.legs or ())}


def matters(facts: Iterable[Fact]) -> list[Matter]:
    """What one person asked, in the order in which it was taken in.

    facts: of one person, those of one partition in the order of their offsets. What is about no event of theirs, and
    repeats, are left out.
    """
    found: dict[str, Matter] = {}
    for fact in facts:
        record = fact.record
        if record.event_id is None:
            continue
        known = found.get(record.event_id)
        if known is None:
            if record.kind in JUDGED and record.event is not None:
                found[record.event_id] = Matter(fact, record.event, settled(opened(record)), ())
        elif record.kind != "duplicate":
            request = retold(known.request, record)
            found[record.event_id] = known._replace(request=request, told=(*known.told, fact))
    return list(found.values())
