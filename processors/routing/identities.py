"""What identities a person's events have named: kept sealed, so that a deletion reaches all of them.

A deletion by e-mail must reach the device that an earlier event named. The set is forgotten with the person; what is
left are keyed hashes, which name nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.planning.choices import IMPORTS
from processors.planning.kinds import ERASING, KINDS
from schemas.ids import identities_hash, identity_hash
from schemas.records import Named
from schemas.state import SUPPRESSED, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.plan import Plan
    from processors.planning.reopening import Reopened
    from processors.routing.desk import Desk
    from schemas.contract import Sealed
    from schemas.events import ConsentEvent, Identity
    from schemas.state import SubjectState

MOST = 32
"""Different sets of identities of one person that are kept, the newest ones."""
MOST_BYTES = 32 * 1024
"""Of all these sets together, so that a state stays small."""
ABOUT_ALL = frozenset(name for name, kind in KINDS.items() if kind.way not in {"choose", "place_hold", "offer"})
"""Kinds that must find whatever there is of the person."""
FORGETTING = ERASING | {name for name, kind in KINDS.items() if kind.way == "lift_hold"}
"""Kinds with which somebody is erased: what is granted again behind that is not granted to whom it erases."""


def is_about_all(event: ConsentEvent, own: Sealed | None) -> bool:
    """Whether it goes out with all that is known, too.

    own: what it names. A choice goes by that alone, but a withdrawal that names nothing must not come to nothing.
    """
    return event.kind in ABOUT_ALL or (own is None and event.protective)


def is_of_its_own(event: ConsentEvent, made: Plan, before: SubjectState, own: Own) -> bool:
    """Of a deletion no newer than the last erasure: whatever is known by now was named since, and is not meant."""
    erased_at = before.erased_at if event.data_domain == "pii" and event.kind in ERASING else None
    return bool(own.identities) and erased_at is not None and made.occurred_at <= erased_at


def granted_since(event: ConsentEvent, after: SubjectState, desk: Desk) -> tuple[Identity, ...]:
    """Whom the grants name that outlive an erasure: none of those whom the erasure names; none: nobody is known."""
    return _different(_opened(after, (), desk)) if event.kind in FORGETTING else ()


def found(own: Iterable[Identity], made: Plan, state: SubjectState, desk: Desk) -> tuple[Identity, ...]:
    """All that is known to find the person by, the event's own first. state: before the event."""
    older = [(one.of.sealed, one.of.event_id) for one in made.reopened if one.of.sealed]
    return _different((*own, *_opened(state, older, desk)))


class Own(NamedTuple):
    """What an event names itself: readable, sealed for its person, and as it may be told; None: it names nobody."""

    identities: tuple[Identity, ...] = ()
    sealed: Sealed | None = None
    told: Named | None = None


def digest_of(told: Named | None) -> str | None:
    """By which the planner knows them again."""
    return None if told is None else told.digest


def own_of(event: ConsentEvent, person: str, desk: Desk) -> Own:
    seals = desk.seals
    identities = event.identities or tuple(seals.open_identities(event.sealed, person, event.event_id))
    sealed = event.sealed or seals.seal_identities(identities, person, event.event_id)
    if sealed is None or not identities:
        return Own(sealed=sealed)
    told = Named(identities_hash(desk.pepper, identities), len(sealed.bytes))
    return Own(identities, sealed, told)


def names_of(identities: Iterable[Identity], person: str, desk: Desk) -> tuple[bytes, ...]:
    """What a delivery tells its lane of them."""
    return tuple(identity_hash(desk.pepper, person, one) for one in identities)


def reopened_names(one: Reopened, person: str, desk: Desk) -> tuple[bytes, ...]:
    """What the deliveries of an older event tell that begin anew."""
    return names_of(desk.seals.open_identities(one.of.sealed, person, one.of.event_id), person, desk)


def left(state: SubjectState, event_id: str, desk: Desk) -> tuple[Identity, ...]:
    """All that the state can still find the person by, because of this event of the past."""
    kept = [(one.sealed, event_id) for one in state.retained if one.event_id == event_id and one.sealed]
    return _different(_opened(state, kept, desk))


def _opened(state: SubjectState, more: Iterable[tuple[Sealed, str]], desk: Desk) -> Iterator[Identity]:
    """Those of the state, then those of `more`: sealed ones, and for which event."""
    for sealed, event_id in (*((one.sealed, one.event_id) for one in state.identities), *more):
        yield from desk.seals.open_identities(sealed, state.pid, event_id)


def _different(identities: Iterable[Identity]) -> tuple[Identity, ...]:
    return tuple({(one.type, one.format, one.value): one for one in identities}.values())


def remembered(
    event: ConsentEvent, made: Plan, before: SubjectState, sealed: Sealed | None, told: Named | None
) -> SubjectState:
    """The state with what this event names, `sealed` for it and `told`; without what an erasure has made forget."""
    state = made.state
    if len(state.identities) < len(before.identities) or state.erased_at != before.erased_at:
        state = _forgotten(before, state, told)
    imported = made.lends or event.method in IMPORTS
    forgets = state.erased_at is not None and (imported or made.occurred_at <= state.erased_at)
    if sealed is None or told is None or forgets:
        return state
    digest = told.digest
    known = {(one.digest, one.imported): one for one in state.identities}
    same = known.get((digest, imported))
    if same is not None and same.occurred_at >= made.occurred_at:
        return state
    known[digest, imported] = (
        Known(digest, imported, made.occurred_at, event.event_id, sealed)
        if same is None
        else same.changed(occurred_at=made.occurred_at)
    )
    return state.changed(identities=_newest(known.values()))


def _newest(known: Iterable[Known]) -> tuple[Known, ...]:
    """Those that are kept, the oldest first."""
    left, kept = MOST_BYTES, []
    for one in sorted(known, key=lambda one: (one.occurred_at, one.digest), reverse=True)[:MOST]:
        left -= len(one.sealed.bytes)
        if left < 0:
            break
        kept.append(one)
    return tuple(reversed(kept))


def _forgotten(before: SubjectState, state: SubjectState, told: Named | None) -> SubjectState:
    gone = {one.digest for one in before.identities} - {one.digest for one in state.identities}
    if told is not None:
        gone.add(told.digest)
    hashes = [one for one in state.suppressed if one not in gone] + sorted(gone)
    return state.changed(suppressed=tuple(hashes[-SUPPRESSED:]))


def kept_for_later(before: SubjectState, state: SubjectState, sealed: Sealed | None) -> SubjectState:
    """With what a deletion that waits for a hold's end has to find the person by."""
    if len(state.retained) <= len(before.retained):
        return state
    *others, last = state.retained
    return state.changed(retained=(*others, last.changed(sealed=sealed)))
