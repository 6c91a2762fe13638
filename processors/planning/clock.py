"""When an event happened and when it was received, as far as its clocks can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.errors import InvalidRecord
from schemas.events import NEVER_LOST
from schemas.times import DAY, SECOND

if TYPE_CHECKING:
    from schemas.events import ConsentEvent

OLDEST = 3653 * DAY
"""How long before its receipt an event may have happened: ten years."""
AHEAD = 300 * SECOND
"""How far clocks of honest machines are apart: five minutes."""
OLDEST_RECEIPT = 30 * DAY
"""As long as an event stays in its topic: nobody published one that was received before."""


class Moments(NamedTuple):
    """Both in µs. `corrected`: the fields whose value was not believed."""

    occurred_at: int
    received_at: int
    corrected: tuple[str, ...] = ()


def judge(event: ConsentEvent, now: int) -> Moments:
    """Judge the event's clocks by `now`, the moment (µs) at which Kafka took it in.

    A bad clock must not lose an event that protects the person, nor a hold: its time becomes the receipt's.

    Raises:
        InvalidRecord: reason `clock`; any other event with a time outside the window.

    """
    received_at, corrected = received(event, now)
    occurred_at = event.occurred_at
    if _is_believed(occurred_at, received_at):
        return Moments(min(occurred_at, received_at), received_at, corrected)
    if event.kind not in NEVER_LOST:
        raise InvalidRecord("is too far from when it was received", field="occurred_at", reason="clock")
    return Moments(received_at, received_at, (*corrected, "occurred_at"))


def happened(event: ConsentEvent, now: int) -> int:
    """The moment it is judged by, µs: where its clock isn't believed, the receipt's. now: as for `judge`."""
    received_at, _ = received(event, now)
    return min(event.occurred_at, received_at) if _is_believed(event.occurred_at, received_at) else received_at


def _is_believed(occurred_at: int, received_at: int) -> bool:
    return received_at - OLDEST <= occurred_at <= received_at + AHEAD


def received(event: ConsentEvent, now: int) -> tuple[int, tuple[str, ...]]:
    """When the event was received, µs, and the field's name if what it said was not believed."""
    if event.received_at is None:
        return now, ()
    if now - OLDEST_RECEIPT <= event.received_at <= now:
        return event.received_at, ()
    return now, ("received_at",)
