"""Counting from the audit: what is due, final, open, unaccounted, and how long it took."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.origin import Origin
from schemas.records import AuditRecord, Leg
from streams.demo.numbers import Result, latency_ms
from streams.demo.tally import Tally

VENDORS = {"zoho-crm": "zoho_crm", "zoho-campaigns": "zoho_campaigns", "google-analytics": "google_analytics"}
MS = 1000


def _record(kind: str, offset: int = 0, at: int = 0, **more: Any) -> AuditRecord:
    origin = Origin(topic="consent.events", partition=0, offset=offset)
    return AuditRecord(record_id="r", kind=kind, at=at, pid="p1.x", origin=origin, software="tests", **more)


def _leg(delivery_id: str, lane: str = "zoho-crm", action: Any = "withdraw") -> Leg:
    return Leg(kind="delivery", recipient="r", lane=lane, action=action, delivery_id=delivery_id)


def _planned(offset: int, *legs: Leg, at: int = 0) -> AuditRecord:
    return _record("planned", offset, legs=legs, event_id=f"e{offset}", at=at)


def _outcome(
    delivery_id: str, word: str, lane: str = "zoho-crm", action: str = "withdraw", **more: Any
) -> AuditRecord:
    about = {"delivery_id": delivery_id, "lane": lane, "action": action, "outcome": word, "cycle": 0}
    return _record("outcome", **{**about, **more})


def _tally(*records: AuditRecord) -> Tally:
    tally = Tally(VENDORS)
    for record in records:
        tally.take(record)
    return tally


def _result(tally: Tally) -> Result:
    return Result(published=1, seed=1, seconds=1.0, limits_scale=1.0, tally=tally, mismatches=())


def test_only_what_goes_to_a_lane_is_due() -> None:
    unbound = Leg(kind="task", recipient="stranger", outcome="unbound_recipient")
    closed = Leg(kind="none", recipient="stripe", outcome="not_applicable", lane="zoho-crm")
    counted = _result(_tally(_planned(0, _leg("d1"), unbound, closed))).deliveries()
    assert (counted["due"], counted["unbound"], counted["final"]) == (1, 1, 0)


def test_due_is_final_or_an_open_task_or_unaccounted() -> None:
    tally = _tally(
        _planned(0, _leg("d1"), _leg("d2", "zoho-campaigns", "delete"), _leg("d3"), _leg("d4")),
        _outcome("d1", "executed"),
        _outcome("d2", "manual_task", "zoho-campaigns", "delete"),
        _outcome("d3", "attempted"),
    )
    result = _result(tally)
    counted = result.deliveries()
    assert (counted["due"], counted["final"], counted["open_tasks"], result.unaccounted) == (4, 1, 1, 2)
    assert counted["by_lane"] == {
        "zoho-campaigns": {"manual_task": 1},
        "zoho-crm": {"attempted": 1, "executed": 1, "nothing yet": 1},
    }
    assert not result.is_good


@pytest.mark.parametrize(
    ("lane", "action", "word", "is_final"),
    [
        ("google-analytics", "delete", "accepted", True),  # its closing rung
        ("zoho-crm", "withdraw", "accepted", False),
        ("zoho-crm", "withdraw", "executed", True),
        ("zoho-crm", "withdraw", "verified", True),
        ("zoho-crm", "withdraw", "no_match", True),
        ("zoho-crm", "withdraw", "failed", True),
        ("zoho-campaigns", "grant", "accepted", True),
        ("zoho-campaigns", "delete", "manual_task", False),
        ("zoho-crm", "withdraw", "parked", False),
    ],
)
def test_what_is_final_depends_on_the_closing_rung(lane: str, action: str, word: str, is_final: bool) -> None:  # noqa: FBT001
    tally = _tally(_planned(0, _leg("d1", lane, action)), _outcome("d1", word, lane, action))
    ending = tally.ending("d1")
    assert ending is not None
    assert ending.is_final == is_final


def test_the_newest_cycle_counts() -> None:
    first = [_planned(0, _leg("d1")), _outcome("d1", "failed")]
    again = _tally(*first, _outcome("d1", "attempted", cycle=1)).ending("d1")
    assert again is not None
    assert (again.outcome, again.is_final) == ("attempted", False)
    done = _tally(*first, _outcome("d1", "executed", cycle=1)).ending("d1")
    assert done is not None
    assert (done.outcome, done.conflicts) == ("executed", 0)


@pytest.mark.parametrize(
    ("second", "conflicts", "repeats"),
    [("executed", 0, 1), ("verified", 0, 0), ("failed", 1, 0), ("no_match", 1, 0)],
)
def test_the_first_final_stands_and_others_are_repeats_upgrades_or_conflicts(
    second: str, conflicts: int, repeats: int
) -> None:
    ending = _tally(_planned(0, _leg("d1")), _outcome("d1", "executed"), _outcome("d1", second)).ending("d1")
    assert ending is not None
    assert (ending.outcome, ending.conflicts, ending.repeats) == ("executed", conflicts, repeats)


def test_it_knows_when_something_was_settled_last() -> None:
    tally = _tally(
        _planned(0, _leg("d1"), _leg("d2")),
        _outcome("d1", "executed", at=7),
        _outcome("d1", "verified", at=5),
        _outcome("d2", "attempted", at=9),
    )
    assert tally.settled_at == 7


def test_it_is_settled_when_all_is_judged_and_nothing_is_under_way() -> None:
    planned = _planned(0, _leg("d1"))
    assert not _tally(planned).is_settled(1)
    assert _tally(planned, _outcome("d1", "executed")).is_settled(1)
    assert _tally(_outcome("d1", "executed"), planned).is_settled(1), "another partition may be read first"
    assert not _tally(planned, _outcome("d1", "executed")).is_settled(2)
    assert _tally(planned, _outcome("d1", "manual_task"), _record("rejected", 1, reason="clock")).is_settled(2)


def test_latency_is_from_the_event_to_its_last_final_outcome() -> None:
    records = []
    for number in range(1, 101):
        records += [
            _planned(number, _leg(f"a{number}"), _leg(f"b{number}"), at=5 * MS),
            _outcome(f"a{number}", "executed", at=6 * MS),
            _outcome(f"b{number}", "executed", at=(5 + number) * MS),
        ]
    latency = latency_ms(_tally(*records))
    assert latency["p50"] == pytest.approx(50, abs=1)
    assert latency["p95"] == pytest.approx(95, abs=1)
    assert latency_ms(_tally()) == {"p50": None, "p95": None}
    assert latency_ms(_tally(*records[:3])) == {"p50": 1.0, "p95": 1.0}


def test_verdicts_are_counted_by_kind_and_reason() -> None:
    tally = _tally(
        _planned(0),
        _record("stale", 1),
        _record("duplicate", 2),
        _record("rejected", 3, reason="clock"),
        _record("rejected", 4, reason="clock"),
        _record("forwarded", 5),
        _record("clock_corrected", 0),
    )
    events = _result(tally).events()
    assert [events[kind] for kind in ("accepted", "stale", "duplicate", "rejected")] == [1, 1, 1, 2]
    assert (events["rejected_by_reason"], events["forwarded"]) == ({"clock": 2}, 1)


def test_a_task_that_something_newer_took_the_place_of_is_over_but_the_vendors_part_of_it_was_done() -> None:
    about = ("zoho-campaigns", "delete")
    tally = _tally(
        _planned(0, _leg("d1", *about), _leg("d2", *about)),
        _outcome("d1", "manual_task", *about),
        _record("overtaken", delivery_id="d1", legs=(_leg("d1", *about),)),
        _outcome("d1", "superseded", *about, reason="task_overtaken"),
        _outcome("d2", "manual_task", *about),
    )
    counted = _result(tally).deliveries()
    assert (counted["final"], counted["open_tasks"]) == (1, 1)
    ending = tally.ending("d1")
    assert ending
    assert (ending.made, ending.conflicts, ending.repeats, tally.overtaken()) == ("manual_task", 0, 0, {})


def test_what_a_vendor_had_accepted_before_it_was_overtaken_was_told_there() -> None:
    about = ("zoho-campaigns", "withdraw")
    tally = _tally(
        *(_planned(n, _leg(f"d{n}", *about)) for n in (1, 2, 3)),
        _outcome("d1", "accepted", *about),
        _outcome("d1", "superseded", *about),
        _outcome("d2", "superseded", *about),
        _outcome("d3", "accepted", *about),
    )
    assert [key.event_id for key in tally.told()] == ["e1"]
