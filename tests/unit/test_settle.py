"""What an answer settles, and what a newer instruction takes out of a failed one."""

from __future__ import annotations

import pytest
from contract_support import a_few
from delivering_support import delivery, job
from hypothesis import given
from hypothesis import strategies as st
from plan_support import NOW
from routing_support import SEALS

from processors.delivering.settle import attempted, cells, dead_letter, fail, settle, without
from processors.vendors.base import Result
from schemas.contract import Origin
from schemas.errors import MissingIdentity, VendorRefused
from schemas.ids import outcome_record_id
from schemas.records import Cell, Delivery, Evidence, LaneEntry
from schemas.version import SOFTWARE
from streams import topics

PLACE = Origin(topic=topics.deliveries("zoho-campaigns"), partition=1, offset=9)
EVIDENCE = Evidence(status=200, response_sha256="00" * 32)


def failed(one: Delivery) -> LaneEntry:
    return LaneEntry(delivery=one, status="failed", attempt=5, since=NOW, reason="http_400")


def test_an_answer_is_one_audit_record_and_leaves_the_lane_state() -> None:
    settlement = settle(job(4), Result("executed", evidence=EVIDENCE), 2, NOW)
    assert settlement.entry is None
    audit, one = settlement.audit, delivery(4)
    assert audit.record_id == outcome_record_id("outcome", one.delivery_id, 0, "executed", 2)
    assert (audit.kind, audit.outcome, audit.attempt, audit.at) == ("outcome", "executed", 2, NOW)
    assert (audit.pid, audit.controller, audit.event_id) == (one.pid, one.controller, one.event_id)
    assert (audit.delivery_id, audit.cycle) == (one.delivery_id, 0)
    assert (audit.lane, audit.action) == (one.lane, "withdraw")
    assert (audit.policy, audit.origin, audit.evidence) == (one.policy, one.origin, EVIDENCE)
    assert (audit.software, audit.legs, audit.event) == (SOFTWARE, None, None)


@pytest.mark.parametrize("outcome", ["accepted", "verified", "no_match", "retained", "client_signal"])
def test_every_other_outcome_does_too(outcome: str) -> None:
    settlement = settle(job(4), Result(outcome, reason="why"), 1, NOW)  # type: ignore[arg-type]
    assert (settlement.audit.outcome, settlement.audit.reason, settlement.entry) == (outcome, "why", None)


def test_a_manual_task_stays_open() -> None:
    settlement = settle(job(4), Result("manual_task", reason="no_api"), 1, NOW)
    entry = settlement.entry
    assert entry is not None
    assert (entry.status, entry.reason, entry.since, entry.delivery) == ("manual_task", "no_api", NOW, delivery(4))


def test_a_failure_stays_too_with_what_the_vendor_said() -> None:
    error = VendorRefused("http_400", status=400, response_sha256="11" * 32)
    settlement = fail(job(4), error, "gave_up", 3, NOW)
    assert settlement.audit.outcome == "failed"
    assert settlement.audit.reason == "gave_up"
    assert settlement.audit.evidence == Evidence(status=400, response_sha256="11" * 32)
    assert settlement.entry == LaneEntry(
        delivery=delivery(4), status="failed", attempt=3, since=NOW, reason="gave_up"
    )


def test_a_failure_without_an_answer_has_no_evidence() -> None:
    assert fail(job(4), MissingIdentity("email"), "missing_identity", 1, NOW).audit.evidence is None


def test_an_attempt_keeps_its_references_sealed() -> None:
    refs = SEALS.people.seal(b'["zoho-4711"]', "p1.ana|4")
    settlement = attempted(delivery(4), 1, refs, NOW)
    assert settlement.audit.outcome == "attempted"
    assert settlement.audit.evidence is None
    assert settlement.entry is not None
    assert (settlement.entry.status, settlement.entry.refs) == ("attempted", refs)


def test_attempts_have_records_of_their_own() -> None:
    ids = {settle(job(4), Result("executed"), attempt, NOW).audit.record_id for attempt in (1, 2)}
    ids |= {settle(job(4, cycle=1), Result("executed"), 1, NOW).audit.record_id}
    assert len(ids) == 3


def test_a_lanes_dead_letter_is_the_record_byte_for_byte() -> None:
    letter = dead_letter(job(4).value, PLACE, "gave_up", NOW, SEALS)
    assert SEALS.open_dead(letter.sealed, PLACE) == job(4).value
    assert (letter.origin, letter.source, letter.reason, letter.at) == (PLACE, "lane", "gave_up", NOW)
    assert letter.protective
    assert dead_letter(None, PLACE, "undecodable", NOW, SEALS).sealed is None


def test_a_deliverys_cells_are_its_rectangle_without_what_was_overtaken() -> None:
    one = delivery(1, purposes=("a", "b"), channels=("email", "sms"), overtaken=(Cell(purpose="a", channel="sms"),))
    assert cells(one) == {("a", "email"), ("b", "email"), ("b", "sms")}


def test_the_same_scope_takes_everything_out() -> None:
    for action in ("grant", "withdraw"):
        assert without(failed(delivery(1, "withdraw")), delivery(2, action)) is None


def test_another_scope_takes_nothing_out() -> None:
    old = failed(delivery(1, all_purposes=True))
    assert without(old, delivery(2, purposes=("prospecting",))) == old
    assert without(old, delivery(2, channels=("sms",))) == old


def test_part_of_it_is_taken_out_and_the_rest_is_no_longer_about_everything() -> None:
    old = failed(delivery(1, purposes=("a", "b"), channels=("email", "sms"), all_purposes=True))
    left = without(old, delivery(2, "grant", purposes=("b",), channels=("email",)))
    assert left is not None
    assert left.delivery.overtaken == (Cell(purpose="b", channel="email"),)
    assert not left.delivery.all_purposes, "the vendor's switch for everything would undo the newer grant"
    assert (left.status, left.attempt, left.since) == (old.status, old.attempt, old.since)
    rest = without(left, delivery(3, purposes=("a",), channels=("email", "sms")))
    assert rest is not None
    assert cells(rest.delivery) == {("b", "sms")}
    assert without(rest, delivery(4, purposes=("b",), channels=("sms",))) is None


def test_a_deletion_closes_whatever_failed_before() -> None:
    for action in ("grant", "withdraw", "delete"):
        assert without(failed(delivery(1, action)), delivery(2, "delete")) is None


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_failed_deletion_stays_whatever_is_chosen_later(action: str) -> None:
    old = failed(delivery(1, "delete"))
    newer = delivery(2, action, purposes=("surveys", "marketing-campaigns"))  # type: ignore[arg-type]
    assert without(old, newer) == old


SOME = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(tuple)
CHANNELS = st.lists(st.sampled_from(["email", "sms"]), min_size=1, max_size=2, unique=True).map(tuple)


@given(SOME, CHANNELS, st.lists(st.tuples(SOME, CHANNELS), max_size=4))
@a_few
def test_what_is_left_is_what_nothing_newer_touched(
    purposes: tuple[str, ...],
    channels: tuple[str, ...],
    newer: list[tuple[tuple[str, ...], tuple[str, ...]]],
) -> None:
    entry: LaneEntry | None = failed(delivery(1, purposes=purposes, channels=channels))
    expected = {(p, c) for p in purposes for c in channels}
    for number, (named, on) in enumerate(newer, 2):
        expected -= {(p, c) for p in named for c in on}
        entry = entry and without(entry, delivery(number, purposes=named, channels=on))
    assert (set(cells(entry.delivery)) if entry else set()) == expected
