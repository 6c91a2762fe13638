"""The check finds every kind of difference, and names nobody."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from demo_support import PaperRelay, paper_relay, pid_of

from streams.demo.accounts import ACCOUNTS
from streams.demo.check import differences, repeated_calls
from streams.demo.judge import in_vain
from streams.demo.order import Outage

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.records import AuditRecord
    from streams.demo.check import Found, Mismatch


_faultless = cache(paper_relay)


@pytest.fixture
def relay() -> PaperRelay:
    """Faultless, until a test changes something."""
    mine = copy(_faultless(200, 1))
    mine.audit = list(mine.audit)
    return mine


def _all(relay: PaperRelay, found: Found | None = None) -> list[Mismatch]:
    return differences(relay.expected, found or relay.found(), pid_of)


def _first(relay: PaperRelay, wanted: Callable[[AuditRecord], bool]) -> int:
    return next(place for place, record in enumerate(relay.audit) if wanted(record))


def _changed(relay: PaperRelay, wanted: Callable[[AuditRecord], bool], **update: Any) -> AuditRecord:
    place = _first(relay, wanted)
    relay.audit[place] = relay.audit[place].changed(**update)
    return relay.audit[place]


def test_a_lost_verdict_is_missed(relay: PaperRelay) -> None:
    del relay.audit[_first(relay, lambda record: record.kind == "duplicate")]
    (mismatch,) = _all(relay)
    assert "missing" in mismatch.what


def test_a_record_judged_twice_is_noticed(relay: PaperRelay) -> None:
    relay.audit.append(relay.audit[_first(relay, lambda record: record.kind == "duplicate")])
    (mismatch,) = _all(relay)
    assert "judged 2 times" in mismatch.what


@pytest.mark.parametrize("update", [{"kind": "stale"}, {"reason": "another"}])
def test_another_verdict_or_reason_counts(relay: PaperRelay, update: dict[str, str]) -> None:
    _changed(relay, lambda record: record.kind == "rejected", **update)
    assert len(_all(relay)) == 1


def test_an_unforwarded_record_counts(relay: PaperRelay) -> None:
    del relay.audit[_first(relay, lambda record: record.kind == "forwarded")]
    (mismatch,) = _all(relay)
    assert "forwarded" in mismatch.what


@pytest.mark.parametrize("lane", ["zoho-crm", "zoho-campaigns", "google-analytics"])
def test_another_outcome_counts_under_the_persons_pid(relay: PaperRelay, lane: str) -> None:
    record = _changed(relay, lambda record: record.lane == lane and record.outcome is not None, outcome="retained")
    (mismatch,) = _all(relay)
    assert (mismatch.where, mismatch.who) == (lane, record.pid)


def test_a_delivery_without_an_outcome_counts(relay: PaperRelay) -> None:
    del relay.audit[_first(relay, lambda record: record.outcome is not None)]
    (mismatch,) = _all(relay)
    assert "not nothing" in mismatch.what


def test_a_second_final_that_contradicts_the_first_counts(relay: PaperRelay) -> None:
    record = relay.audit[_first(relay, lambda record: record.outcome == "executed")]
    relay.audit.append(record.changed(outcome="failed"))
    (mismatch,) = _all(relay)
    assert "contradict" in mismatch.what


def test_an_outcome_that_was_committed_twice_counts(relay: PaperRelay) -> None:
    relay.audit.append(relay.audit[_first(relay, lambda record: record.outcome == "executed")])
    (mismatch,) = _all(relay)
    assert "settled 2 times" in mismatch.what


def test_an_acknowledged_event_that_is_gone_counts_and_one_without_acknowledgement_may_be_there(
    relay: PaperRelay,
) -> None:
    found = relay.found()
    gone, unheard = list(found.acknowledged)[:2]
    found.acknowledged[gone] += 1
    del found.acknowledged[unheard]
    (mismatch,) = _all(relay, found)
    assert mismatch.where == "consent.events"
    assert "not there" in mismatch.what


def test_a_call_made_again_counts_unless_there_was_an_outage_in_between(relay: PaperRelay) -> None:
    found = relay.found()
    late = {**found.ledger[-1], "at": found.ledger[-1]["at"] + 10}
    again = replace(found, ledger=[*found.ledger, late])
    assert len(_all(relay, again)) == 1
    excused = replace(again, outages=(Outage(late["at"] - 5, late["at"] - 5),))
    assert _all(relay, excused) == []
    assert (repeated_calls(relay.expected, found), repeated_calls(relay.expected, excused)) == (0, 1)


def test_a_call_made_again_counts_unless_a_try_of_this_person_was_in_vain(relay: PaperRelay) -> None:
    place = _first(relay, lambda record: record.outcome == "executed")
    relay.audit[place] = tried = relay.audit[place].changed(attempt=2)
    found = relay.found()
    ((who, _),) = known = in_vain(found.tally, relay.expected).items()
    assert pid_of(who[0]) == tried.pid
    calls = [{**call, "at": tried.at} for call in found.ledger]
    his = [(call["people"][0], call["vendor"]) == who for call in calls]
    for number, counts in ((his.index(True), False), (his.index(False), True)):
        again = replace(found, ledger=[*calls, {**calls[number], "at": tried.at + 1}])
        assert len(_all(relay, again)) == 1
        assert bool(_all(relay, replace(again, in_vain=dict(known)))) is counts


def test_a_leg_too_many_or_too_few_or_wider_counts(relay: PaperRelay) -> None:
    place = _first(relay, lambda r: any(leg.kind == "delivery" and leg.action == "grant" for leg in r.legs or ()))
    record = relay.audit[place]
    legs = list(record.legs or ())
    at = next(n for n, leg in enumerate(legs) if leg.kind == "delivery" and leg.action == "grant")
    wider = legs[at].changed(channels=(*legs[at].channels, "post"))
    relay.audit[place] = record.changed(legs=(*legs[:at], wider, *legs[at + 1 :]))
    assert ["another scope" in mismatch.what for mismatch in _all(relay)] == [True]
    other = legs[at].changed(lane="zoho-elsewhere")
    relay.audit[place] = record.changed(legs=(*legs[:at], other, *legs[at + 1 :]))
    texts = " ".join(mismatch.what for mismatch in _all(relay))
    assert "is not due" in texts
    assert "was never due" in texts


def test_lanes_must_hold_what_was_planned_once_each(relay: PaperRelay) -> None:
    found = relay.found()
    twice, lost, *_ = found.written
    found.written[twice] += 1
    found.written["f00"] = 1
    del found.written[lost]
    assert len(_all(relay, found)) == 3


@pytest.mark.parametrize(
    ("vendor", "state"),
    [
        ("zoho_crm", {"records": [{"module": "Contacts", "opted_out": False, "in_bin": True}], "workflows_fired": 0}),
        ("zoho_campaigns", {"known": True, "lists": {"surveys": "gone"}, "do_not_mail": False}),
        ("google_analytics", {"deletion_requested": "somewhen"}),
    ],
)
def test_what_a_vendor_holds_otherwise_counts_and_names_nobody(
    relay: PaperRelay, vendor: str, state: dict[str, Any]
) -> None:
    found = relay.found()
    person = next(p for p in relay.cast.people if not relay.expected.accounts[p.key, vendor].steps)
    found.vendors[person.key][vendor] = state  # type: ignore[index]
    (mismatch,) = _all(relay, found)
    assert (mismatch.where, mismatch.who) == (vendor, pid_of(person.key))
    assert person.email not in str(mismatch)
    assert person.key not in str(mismatch)


def test_a_person_whom_a_vendor_does_not_tell_of_counts(relay: PaperRelay) -> None:
    found = relay.found()
    del found.vendors[relay.cast.people[0].key]  # type: ignore[attr-defined]
    assert len(_all(relay, found)) == len(ACCOUNTS["oomnis"])


def test_a_workflow_that_was_fired_counts(relay: PaperRelay) -> None:
    found = relay.found()
    entry = next(entry for entry in found.ledger if entry["vendor"] == "zoho_crm")
    fired = replace(found, ledger=[*found.ledger, {**entry, "effect": "workflow"}])
    assert [mismatch.where for mismatch in _all(relay, fired)] == ["zoho_crm"]


def test_calls_about_strangers_count(relay: PaperRelay) -> None:
    found = relay.found()
    stranger = {**found.ledger[0], "people": ["nobody@example.com"]}
    (mismatch,) = _all(relay, replace(found, ledger=[*found.ledger, stranger]))
    assert "nobody@" not in str(mismatch)


def test_an_older_instruction_after_a_newer_one_counts(relay: PaperRelay) -> None:
    found = relay.found()
    person, vendor = next(
        key for key, account in relay.expected.accounts.items() if len(set(account.steps)) == len(account.steps) == 2
    )
    mine = [entry for entry in found.ledger if entry["people"] == [person] and entry["vendor"] == vendor]
    (mismatch,) = _all(relay, replace(found, ledger=[*found.ledger, mine[0]]))
    assert (mismatch.where, mismatch.who) == (vendor, pid_of(person))
