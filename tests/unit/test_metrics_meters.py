"""What the roles tell: counted once it is committed, under words that are known."""

from __future__ import annotations

import asyncio
from typing import Any

from delivering_support import GOOD, LANE, REFS, REJECTED, UNREACHABLE, job
from engine_support import HandClock, Wire, connector
from plan_support import NOW
from routing_support import AWAY, DESK, EMAIL, SEALS, event, incoming, raw

from processors.delivering.book import Book
from processors.delivering.entries import Entries
from processors.delivering.settle import Change
from processors.routing.route import route
from processors.vendors.base import Reply, Result
from schemas.errors import VendorRefused
from streams.lanes.bench import Bench
from streams.metrics.meters import CountAlarms, LaneMeter, RoleMeter, RouterMeter, begin_at_zero
from streams.metrics.registry import Metrics
from streams.status import Status

GRANT = event(1, "grant", 0, ["surveys"], identities=[EMAIL])
WITHDRAWAL = event(2, "withdraw", 5, ["surveys"], identities=[EMAIL])
US = 1_000_000


class Told:
    """Metrics and what they say."""

    def __init__(self) -> None:
        self.metrics = Metrics()

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"consent_relay_{name}", labels)

    def sum(self, name: str) -> float:
        families = self.metrics.registry.collect()
        return sum(
            sample.value for one in families for sample in one.samples if sample.name == f"consent_relay_{name}"
        )


def routed(value: Any, **more: Any) -> Any:
    return route(incoming(value, **more), DESK, lambda _: None)


def test_events_count_by_kind_and_result_when_they_are_committed() -> None:
    told = Told()
    meter = RouterMeter(told.metrics)
    for value in (GRANT, WITHDRAWAL, WITHDRAWAL):
        meter.note(routed(value))
    assert told.sum("events_total") == 0
    meter.committed()
    meter.committed()
    assert told("events_total", kind="consent.granted", result="planned") == 1
    assert told("events_total", kind="consent.withdrawn", result="planned") == 2
    assert told.sum("events_total") == 3


def test_deliveries_count_by_lane_and_action_and_what_nobody_serves_apart() -> None:
    told = Told()
    meter = RouterMeter(told.metrics)
    made = routed(WITHDRAWAL)
    meter.note(made)
    meter.committed()
    assert made.deliveries
    assert told.sum("deliveries_planned_total") == len(made.deliveries)
    first = made.deliveries[0]
    assert told("deliveries_planned_total", lane=first.lane, action="withdraw") == 1
    unbound = [leg for leg in made.audit[0].legs or () if leg.outcome == "unbound_recipient"]
    assert told("unbound_recipients_total") == len(unbound)


def test_a_task_of_our_own_is_no_recipient_without_a_connection() -> None:
    told = Told()
    meter = RouterMeter(told.metrics)
    made = routed(event(9, "delete", 0, jurisdiction="EEA", identities=[EMAIL]))
    meter.note(made)
    meter.committed()
    outcomes = [leg.outcome for leg in made.audit[0].legs or () if leg.kind == "task"]
    assert told("unbound_recipients_total") == outcomes.count("unbound_recipient") < len(outcomes)


def test_what_is_sent_home_is_counted_there_as_an_event() -> None:
    told = Told()
    meter = RouterMeter(told.metrics)
    made = routed(GRANT, partition=AWAY)
    assert made.verdict == "forwarded"
    meter.note(made)
    meter.committed()
    assert told("events_forwarded_total") == 1
    assert told.sum("events_total") == 0


def test_dead_letters_count_by_reason_and_whether_they_protect() -> None:
    told = Told()
    meter = RouterMeter(told.metrics)
    meter.note(routed(b"garbage"))
    meter.note(routed(raw(subject_id="jane.roe@example.org")))
    meter.committed()
    assert told("dead_letters_total", source="router", reason="undecodable", protective="no") == 1
    assert told("dead_letters_total", source="router", reason="invalid", protective="yes") == 1
    assert told("events_total", kind="unknown", result="rejected") == 2


def test_outcomes_count_by_lane_action_and_outcome_with_their_time() -> None:
    told, book, one = Told(), Book(), job(1, "delete")
    book.note(one, REFS, NOW)
    book.park(one, NOW + US)
    book.close(one, GOOD, NOW + 3 * US)
    LaneMeter(told.metrics, LANE).settled(book.collect().noted)
    assert told("deliveries_settled_total", lane=LANE, action="delete", outcome="executed") == 1
    assert told.sum("deliveries_settled_total") == 1, "neither an attempt nor a parking is an outcome"
    assert told("delivery_seconds_sum", lane=LANE, action="delete") == 3.0
    assert told("deliveries_settled_total", lane=LANE, action="grant", outcome="failed") == 0, "there from the start"


def test_a_failed_delivery_is_a_dead_letter_whose_vendors_code_is_no_label() -> None:
    told, book = Told(), Book()
    for number, action in enumerate(("grant", "withdraw")):
        book.fail(job(number, action), VendorRefused("invalid_data_4711"), "invalid_data_4711", NOW)  # type: ignore[arg-type]
    meter = LaneMeter(told.metrics, LANE)
    meter.settled(book.collect().noted)
    meter.unreadable("undecodable")
    assert told("dead_letters_total", source="lane", reason="refused", protective="no") == 1
    assert told("dead_letters_total", source="lane", reason="refused", protective="yes") == 1
    assert told("dead_letters_total", source="lane", reason="undecodable", protective="yes") == 1


def test_entries_are_counted_by_status() -> None:
    book, entries = Book(), Entries()
    for one in (job(1), job(1)):
        book.fail(one, VendorRefused("http_400"), "http_400", NOW)
    book.close(job(2, pid="p1.ben"), Result("manual_task"), NOW)
    assert +book.entries.statuses == {"failed": 1, "manual_task": 1}
    book.close(job(3), GOOD, NOW)
    assert +book.entries.statuses == {"manual_task": 1}
    for record in book.collect().records:
        if isinstance(record, Change):
            entries.put(record.delivery.pid, record.delivery.delivery_id, record.entry)
    assert +entries.statuses == {"manual_task": 1}


def bench(clock: HandClock, told: Told) -> Bench:
    ready = connector(Wire(lambda _: Reply(200)))
    return Bench(ready, SEALS, Status(), 4, 30.0, 0.1, steady=clock.steady, metrics=told.metrics)


def test_a_lane_tells_for_how_long_the_vendor_asked_it_to_wait() -> None:
    told, clock = Told(), HandClock()
    breaker = bench(clock, told).breaker
    assert told("lane_wait_seconds", lane="toy") == 0
    breaker.hold(60, clock.steady())
    breaker.hold(30, clock.steady())
    clock.now += 20
    assert told("lane_wait_seconds", lane="toy") == 40
    clock.now += 100
    assert told("lane_wait_seconds", lane="toy") == 0


def test_a_lane_tells_how_its_breaker_stands() -> None:
    told, clock = Told(), HandClock()
    breaker = bench(clock, told).breaker

    def stands() -> list[float | None]:
        return [told("lane_breaker", lane="toy", state=state) for state in ("closed", "open", "half_open")]

    assert stands() == [1, 0, 0]
    breaker.end("p", [REJECTED], clock.steady(), probe=False)
    assert stands() == [0, 1, 0]
    clock.now += 6
    assert stands() == [0, 0, 1]


def test_what_keeps_a_lane_from_its_vendor_is_a_problem_of_the_role_for_as_long_as_it_lasts() -> None:
    clock = HandClock()
    mine = bench(clock, Told())
    role = mine.status.roles
    for error, reason in ((REJECTED, "auth_rejected"), (UNREACHABLE, "unreachable")):
        mine.breaker.end("p", [error], clock.steady(), probe=False)
        mine.look()
        assert [problem[0] for problem in role["lane toy"].problems.values()] == [reason]
        mine.breaker.end("p", [GOOD], clock.steady(), probe=False)
        mine.look()
        assert role["lane toy"].problems == {}


def test_whoever_waits_for_a_probe_hears_of_its_end() -> None:
    clock, wake = HandClock(), asyncio.Event()
    mine = bench(clock, Told())
    mine.works.add(wake)
    mine.look()
    assert not wake.is_set(), "nobody waits for a breaker that is closed"
    mine.breaker.end("p", [REJECTED], clock.steady(), probe=False)
    for answers in ([], [GOOD]):
        wake.clear()
        mine.breaker.end("p", answers, clock.steady(), probe=True)
        mine.look()
        assert wake.is_set()


def test_deliveries_that_are_put_off_are_counted() -> None:
    told = Told()
    LaneMeter(told.metrics, LANE).put_off(3)
    assert told("delivery_retries_total", lane=LANE) == 3


def test_alarms_are_counted_where_they_are_logged() -> None:
    told = Told()
    count = CountAlarms(told.metrics)
    line = {"event": "alarm", "alarm": "delivery_failed", "pid": "p1.ana"}
    assert count(None, "error", line) is line
    count(None, "error", {"event": "alarm", "alarm": "jane.roe@example.org"})
    count(None, "info", {"event": "worker_starts"})
    assert told("alarms_total", alarm="delivery_failed") == 1
    assert told("alarms_total", alarm="other") == 1
    assert told.sum("alarms_total") == 2


def test_what_should_never_happen_is_there_from_the_start() -> None:
    told = Told()
    begin_at_zero(told.metrics)
    assert told("alarms_total", alarm="event_id_reuse") == 0
    assert told("dead_letters_total", source="router", reason="undecodable", protective="yes") == 0
    assert told("events_total", kind="deletion.requested", result="planned") == 0


def test_ownership_tells_of_transactions_and_takeovers() -> None:
    told = Told()
    meter = RoleMeter(told.metrics, "lane zoho-crm")
    place = {"role": "lane", "lane": "zoho-crm"}
    meter.transaction(0.02, 12)
    meter.taken_over(1.5)
    meter.restored(2000)
    meter.lost()
    assert told("transaction_seconds_sum", **place) == 0.02
    assert told("transaction_records_sum", **place) == 12
    assert told("takeover_seconds_sum", **place) == 1.5
    assert told("restored_records_total", **place) == 2000
    assert told("ownership_lost_total", **place) == 1
