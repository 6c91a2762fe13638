"""What the roles tell while they work. Told before a commit, counted after it."""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from typing import TYPE_CHECKING

from processors.delivering.job import KEPT
from processors.delivering.tasks import ends_task
from schemas.records import ACTIONS
from streams.metrics import definitions as d
from streams.metrics.words import (
    ALARMS,
    CLOSINGS,
    KINDS,
    OTHER,
    OUTCOMES,
    REASONS,
    VERDICTS,
    answer_word,
    kind_word,
    lane_reason,
    one_of,
    place_of,
    yes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from typing import Any

    from processors.engine.limiter import Limiter
    from processors.routing.incoming import Routed
    from processors.vendors.base import Result
    from processors.vendors.later import Asks, Undone
    from schemas.drafts import Draft
    from schemas.errors import VendorError
    from schemas.records import AuditRecord, Delivery
    from streams.metrics.registry import Metrics

_US = 1_000_000
_OPEN = frozenset({"attempted", *KEPT})
_BREAKER = ("closed", "open", "half_open")


class RouterMeter:
    """Of one partition's work, for one tenure: what it did not commit is forgotten with it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._events: Counter[tuple[str, str | None]] = Counter()
        self._deliveries: Counter[tuple[Draft[Delivery], ...]] = Counter()
        self._unbound = 0
        self._letters: Counter[tuple[str, bool]] = Counter()

    def note(self, routed: Routed) -> None:
        """One record's fate, which goes into the next transaction."""
        planned = routed.audit[0]
        self._events[routed.verdict, planned.event.kind if planned.event else None] += 1
        self._deliveries[routed.deliveries.drafts] += 1
        self._unbound += routed.unbound
        if routed.dead_letter:
            self._letters[routed.dead_letter.reason, routed.dead_letter.protective] += 1

    def committed(self) -> None:
        """Everything noted so far is in a committed transaction."""
        metrics = self._metrics
        for (verdict, kind), count in self._events.items():
            if verdict == "forwarded":
                metrics[d.FORWARDED].inc(count)
            else:
                metrics[d.EVENTS].labels(kind_word(kind), one_of(VERDICTS, verdict)).inc(count)
        for drafts, count in self._deliveries.items():
            for draft in drafts:
                metrics[d.PLANNED].labels(draft.values["lane"], draft.values["action"]).inc(count)
        metrics[d.UNBOUND].inc(self._unbound)
        self._unbound = 0
        for (reason, protective), count in self._letters.items():
            word = one_of(REASONS["router"], reason)
            metrics[d.DEAD_LETTERS].labels("router", word, yes(protective)).inc(count)
        for noted in (self._events, self._deliveries, self._letters):
            noted.clear()


class CloserMeter:
    """Of the closer's work on one partition."""

    def __init__(self, metrics: Metrics) -> None:
        self._closed = {word: metrics[d.REQUESTS_CLOSED].labels(word) for word in CLOSINGS}

    def closed(self, facts: Iterable[AuditRecord]) -> None:
        """These facts are committed."""
        for fact in facts:
            if fact.outcome in self._closed:
                self._closed[fact.outcome].inc()


class NotaryMeter:
    """Of the notary's work on one partition."""

    def __init__(self, metrics: Metrics) -> None:
        self._heads, self._records = metrics[d.HEADS], metrics[d.SIGNED]
        self._unwitnessed = metrics[d.UNWITNESSED]

    def signed(self, records: int) -> None:
        """A head over so many new records is committed."""
        self._heads.inc()
        self._records.inc(records)

    def unwitnessed(self) -> None:
        self._unwitnessed.inc()


class LaneMeter:
    """Of one lane, all its partitions in this process."""

    def __init__(self, metrics: Metrics, lane: str) -> None:
        self._metrics = metrics
        self._lane = lane
        # Found once: looking one up takes longer than counting.
        self._settled = cache(partial(metrics[d.SETTLED].labels, lane))
        self._seconds = cache(partial(metrics[d.DELIVERY_SECONDS].labels, lane))
        for action in ACTIONS:
            self._settled(action, "failed")

    def settled(self, noted: Iterable[tuple[Delivery, AuditRecord]]) -> None:
        """These outcomes are committed."""
        settled = Counter[tuple[str, str]]()
        for delivery, audit in noted:
            if audit.outcome in _OPEN:
                continue
            outcome = one_of(OUTCOMES, audit.outcome)
            settled[delivery.action, outcome] += 1
            if not ends_task(outcome, audit.reason):
                seconds = (audit.at - delivery.received_at) / _US
                self._seconds(delivery.action).observe(seconds)
            if audit.outcome == "failed":
                self._letter(lane_reason(audit.reason), protective=delivery.protective)
        for what, deliveries in settled.items():
            self._settled(*what).inc(deliveries)

    def unreadable(self, reason: str) -> None:
        """A delivery record that nobody can read: it may be a protective one."""
        self._letter(reason, protective=True)

    def put_off(self, deliveries: int) -> None:
        self._metrics[d.RETRIES].labels(self._lane).inc(deliveries)

    def asked(self, asks: Asks, said: Iterable[Result | Undone | VendorError]) -> None:
        """What the vendor said when it was asked about what it has taken."""
        for one in said:
            self._metrics[d.QUESTIONS].labels(self._lane, asks, answer_word(one)).inc()

    def skipped(self, deliveries: int) -> None:
        """So many are not read back: there was no room."""
        self._metrics[d.QUESTIONS].labels(self._lane, "person", "skipped").inc(deliveries)

    def waits(self, left_s: Callable[[], float]) -> None:
        """`left_s`: for how long the lane makes no call yet, s; asked at each scrape."""
        self._metrics[d.WAIT].labels(self._lane).set_function(left_s)

    def breaker(self, state: Callable[[], str]) -> None:
        """`state`: what the lane's breaker is; asked at each scrape."""

        def is_in(word: str) -> float:
            return float(state() == word)

        for word in _BREAKER:
            self._metrics[d.BREAKER].labels(self._lane, word).set_function(partial(is_in, word))

    def _letter(self, reason: str, *, protective: bool) -> None:
        word = one_of(REASONS["lane"], reason)
        self._metrics[d.DEAD_LETTERS].labels("lane", word, yes(protective)).inc()


def show_limits(metrics: Metrics, lane: str, limiter: Limiter) -> None:
    """From now on each scrape tells how much of the vendor's limits is used."""
    for number, window in enumerate(limiter.windows):
        used = partial(_used, limiter, number)
        metrics[d.LIMIT_USED].labels(lane, str(window)).set_function(used)


def _used(limiter: Limiter, number: int) -> float:
    return list(limiter.use())[number][1]


class RoleMeter:
    """Of the ownership of one role's partitions."""

    def __init__(self, metrics: Metrics, role: str) -> None:
        place = place_of(role)
        self._seconds = metrics[d.TRANSACTION_SECONDS].labels(*place)
        self._records = metrics[d.TRANSACTION_RECORDS].labels(*place)
        self._takeovers = metrics[d.TAKEOVER_SECONDS].labels(*place)
        self._restored = metrics[d.RESTORED].labels(*place)
        self._lost = metrics[d.LOST].labels(*place)

    def transaction(self, seconds: float, records: int) -> None:
        self._seconds.observe(seconds)
        self._records.observe(records)

    def taken_over(self, seconds: float) -> None:
        self._takeovers.observe(seconds)

    def restored(self, records: int) -> None:
        self._restored.inc(records)

    def lost(self) -> None:
        self._lost.inc()


def begin_at_zero(metrics: Metrics) -> None:
    """What should never happen is there from the start: a rate needs a value before the first one."""
    for kind in KINDS:
        metrics[d.EVENTS].labels(kind, "planned")
    for alarm in (*ALARMS, OTHER):
        metrics[d.ALARMS].labels(alarm)
    for source, reasons in REASONS.items():
        for reason in reasons:
            metrics[d.DEAD_LETTERS].labels(source, reason, "yes")


class CountAlarms:
    """A log processor: what is logged as an alarm is counted, wherever that is."""

    def __init__(self, metrics: Metrics) -> None:
        self._counter = metrics[d.ALARMS]

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Structlog's signature."""
        del logger, method
        if event.get("event") == "alarm":
            self._counter.labels(one_of(ALARMS, event.get("alarm"))).inc()
        return event
