"""What must become of one record: refused, a repeat, too late, or accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from schemas.errors import InvalidRecord
from schemas.events import CHANNELS, ConsentEvent
from schemas.times import DAY, SECOND
from streams.demo.model.life import Word
from streams.demo.model.rules import OBJECTION

if TYPE_CHECKING:
    from streams.demo.model.life import Life
    from streams.demo.model.rules import Rules

GRANT, DELETION = "consent.granted", "deletion.requested"
STOPS = {"consent.withdrawn", "consent.expired", OBJECTION}
ASKS = {"access.requested", "correction.requested"}
"""What people do about it: none of the demo's vendors has a call for it."""
_TEN_YEARS, _FIVE_MINUTES = 3653 * DAY, 300 * SECOND
_THIRTY_DAYS = 30 * DAY
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Verdict:
    """The audit's words. `reason` is compared for refused records only."""

    kind: Literal["planned", "stale", "duplicate", "rejected"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event to act upon; `word`: what it says of a choice, if it is one. `at` in µs."""

    event: ConsentEvent
    at: int
    word: Word | None


def judge(event: ConsentEvent, life: Life, rules: Rules, log_at: int) -> Verdict | Accepted:
    """Judge an event of this person. `log_at`: when Kafka took it in, µs."""
    if event.kind not in {GRANT, DELETION, *STOPS, *ASKS}:
        raise InvalidRecord("is nothing that the demo speaks of", field="kind")
    same = [other for other in life.taken[-_REMEMBERED:] if other.event_id == event.event_id]
    if same:
        repeated = any(_content(other) == _content(event) for other in same)
        return Verdict("duplicate") if repeated else Verdict("rejected", "event_id_reuse")
    at = _believed(event, log_at)
    if at is None:
        return Verdict("rejected", "clock")
    if event.data_domain != "pii":
        raise InvalidRecord("is nothing that the demo speaks of", field="data_domain")
    if not set(event.purposes or ()) <= rules.purposes:
        return Verdict("rejected", "invalid")
    life.taken.append(event)
    return _weighed(event, at, life, rules)


def _weighed(event: ConsentEvent, at: int, life: Life, rules: Rules) -> Verdict | Accepted:
    covered = life.erased_at is not None and at <= life.erased_at
    if event.kind in ASKS:
        return Accepted(event, at, None)
    if event.kind == DELETION:
        return Verdict("stale") if covered else Accepted(event, at, None)
    about = rules.meant(event)
    channels = frozenset(event.channels or CHANNELS)
    word = Word(
        purposes=about & rules.reached(event) if event.kind == OBJECTION else about,
        channels=channels,
        at=at,
        is_withdrawal=event.kind != GRANT,
        is_imported=event.method in {"import", "import_list"},
    )
    brings_back = word.is_imported and life.erased_at is not None
    if not word.is_withdrawal and (covered or brings_back):
        return Verdict("stale")
    if not any(life.counts(word, (purpose, channel)) for purpose in about for channel in channels):
        life.words.append(word)
        return Verdict("stale")
    return Accepted(event, at, word)


def _believed(event: ConsentEvent, log_at: int) -> int | None:
    """When it was said, µs; None for a grant whose time can't be."""
    received = event.received_at
    if received is None or not log_at - _THIRTY_DAYS <= received <= log_at:
        received = log_at
    if received - _TEN_YEARS <= event.occurred_at <= received + _FIVE_MINUTES:
        return min(event.occurred_at, received)
    return None if event.kind == GRANT else received


def _content(event: ConsentEvent) -> ConsentEvent:
    return event.model_copy(update={"received_at": None})
