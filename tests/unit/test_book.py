"""What a lane partition writes in its next transaction, and what its lane state holds after it."""

from __future__ import annotations

import pytest
from delivering_support import DOWN, GOOD, REFS, REFUSED, delivery, job
from plan_support import NOW
from routing_support import SEALS

from processors.delivering.book import Batch, Book
from processors.delivering.job import Job
from processors.delivering.settle import Change, Letter, dead_letter
from processors.delivering.watermark import Watermark
from processors.vendors.base import Result
from schemas.codec import encode
from schemas.errors import MissingIdentity
from schemas.ids import outcome_record_id
from schemas.origin import Origin
from schemas.records import AuditRecord, Evidence, LaneEntry
from schemas.version import SOFTWARE
from streams import topics

EVIDENCE = Evidence(status=200, response_sha256="00" * 32)


def book() -> Book:
    one = Book()
    one.mark = Watermark(0)
    for offset in range(10):
        one.mark.see(offset)
    return one


def parts(batch: Batch) -> tuple[list[AuditRecord], list[Change], list[Letter]]:
    audit = [record for record in batch.records if isinstance(record, AuditRecord)]
    changes = [record for record in batch.records if isinstance(record, Change)]
    return audit, changes, [record for record in batch.records if isinstance(record, Letter)]


def test_an_answer_is_one_audit_record_and_nothing_else() -> None:
    mine, one = book(), job(0)
    one.attempt = 2
    mine.close(one, Result("executed", evidence=EVIDENCE), NOW)
    batch = mine.collect()
    (audit,) = batch.records
    assert isinstance(audit, AuditRecord)
    assert audit.record_id == outcome_record_id("outcome", one.delivery.delivery_id, 0, "executed", 2)
    assert (audit.kind, audit.outcome, audit.attempt, audit.at) == ("outcome", "executed", 2, NOW)
    assert (audit.pid, audit.controller, audit.event_id) == ("p1.ana", "oomnis", "event-0")
    assert (audit.delivery_id, audit.cycle) == (one.delivery.delivery_id, 0)
    assert (audit.lane, audit.action) == (one.delivery.lane, "withdraw")
    assert (audit.policy, audit.origin, audit.evidence) == (one.delivery.policy, one.delivery.origin, EVIDENCE)
    assert (audit.software, audit.legs, audit.event) == (SOFTWARE, None, None)
    assert (batch.offset, batch.settled) == (1, frozenset())
    assert not mine.pending, "handed over once"


@pytest.mark.parametrize("outcome", ["accepted", "verified", "no_match", "retained", "client_signal"])
def test_every_other_outcome_is_too(outcome: str) -> None:
    mine = book()
    mine.close(job(1), Result(outcome, reason="why"), NOW)  # type: ignore[arg-type]
    (audit,), changes, letters = parts(mine.collect())
    assert (audit.outcome, audit.reason, changes, letters) == (outcome, "why", [], [])


def test_what_the_vendor_must_keep_is_told_with_the_date_of_its_review() -> None:
    mine = book()
    mine.close(job(1), Result("retained", reason="transactions", review_at=NOW + 9), NOW)
    ((audit,), _, _) = parts(mine.collect())
    assert (audit.outcome, audit.review_at) == ("retained", NOW + 9)


def test_a_manual_task_stays_open() -> None:
    mine, one = book(), job(4)
    mine.close(one, Result("manual_task", reason="no_api"), NOW)
    entry = mine.entries.find(one.delivery)
    assert entry is not None
    assert (entry.status, entry.reason, entry.since, entry.offset) == ("manual_task", "no_api", NOW, 4)


def test_a_failure_stays_too_and_its_letter_holds_the_record_byte_for_byte() -> None:
    mine, one = book(), job(4)
    one.refs = REFS
    mine.fail(one, REFUSED, "gave_up", NOW)
    (audit,), (change,), (letter,) = parts(mine.collect())
    assert (audit.outcome, audit.reason, audit.evidence) == ("failed", "gave_up", Evidence(status=400))
    assert change.entry == LaneEntry(
        delivery=one.delivery, status="failed", attempt=0, since=NOW, reason="gave_up", refs=REFS, offset=4
    )
    assert letter == Letter(4, encode(one.delivery), "gave_up", NOW, protective=True, pid="p1.ana")
    place = Origin(topic=topics.deliveries("zoho-campaigns"), partition=1, offset=4)
    sealed = dead_letter(letter, place, SEALS)
    assert SEALS.open_dead(sealed.sealed, place) == encode(one.delivery)
    assert (sealed.origin, sealed.source, sealed.reason, sealed.at) == (place, "lane", "gave_up", NOW)


def test_a_failure_without_an_answer_has_no_evidence() -> None:
    mine = book()
    mine.fail(job(4), MissingIdentity("email"), "missing_identity", NOW)
    assert parts(mine.collect())[0][0].evidence is None


def test_what_is_no_delivery_is_a_letter_and_settled() -> None:
    mine = book()
    mine.unreadable(Letter(0, None, "undecodable", NOW))
    batch = mine.collect()
    assert batch.records == (Letter(0, None, "undecodable", NOW, protective=True),)
    assert batch.offset == 1


def test_an_attempt_keeps_its_references_and_leaves_a_tombstone_in_the_end() -> None:
    mine, one = book(), job(0)
    mine.note(one, REFS, NOW)
    batch = mine.collect()
    (audit,), (change,), _ = parts(batch)
    assert (audit.outcome, audit.attempt, audit.evidence) == ("attempted", 1, None)
    assert change.entry is not None
    assert (change.entry.status, change.entry.attempt, change.entry.refs) == ("attempted", 1, REFS)
    assert batch.offset == 0, "nothing is settled by it"
    mine.close(one, GOOD, NOW)
    assert parts(mine.collect())[1] == [Change(one.delivery, None)]


def test_a_parked_delivery_is_settled_once_and_kept_with_all_that_a_redo_needs() -> None:
    mine, one = book(), job(0)
    one.attempt, one.next_at, one.reason, one.refs = 5, NOW + 60, "http_503", REFS
    mine.park(one, NOW)
    batch = mine.collect()
    (audit,), (change,), _ = parts(batch)
    assert (audit.outcome, audit.reason, audit.attempt) == ("parked", "http_503", 5)
    assert batch.offset == 1
    assert change.entry is not None
    again = Job.parked_as(change.entry)
    for name in ("offset", "delivery", "attempt", "next_at", "reason", "refs", "parked"):
        assert getattr(again, name) == getattr(one, name)
    assert again.record == encode(one.delivery)
    mine.note(again, REFS, NOW)
    assert mine.entries.statuses["parked"] == 1, "its record is settled: only its entry brings it back"


def test_the_audit_tells_what_is_left_when_it_is_settled_or_parked() -> None:
    mine, one = book(), job(0, purposes=("a", "b"))
    left = delivery(0, purposes=("a", "b"), overtaken=({"purpose": "a", "channel": "email"},))
    mine.shrink(one, left, NOW)
    assert not mine.pending, "nothing yet: the whole of it may still be done after a death"
    mine.close(one, GOOD, NOW)
    shrunk, outcome = parts(mine.collect())[0]
    assert (shrunk.kind, outcome.kind) == ("overtaken", "outcome")
    assert shrunk.legs is not None
    assert (shrunk.legs[0].purposes, shrunk.legs[0].overtaken) == (("a", "b"), left.overtaken)


def test_a_parked_one_that_shrinks_is_kept_so_and_told_at_once_and_only_once() -> None:
    mine, one = book(), job(0, purposes=("a", "b"))
    mine.park(one, NOW)
    left = delivery(0, purposes=("a", "b"), overtaken=({"purpose": "a", "channel": "email"},))
    mine.shrink(one, left, NOW)
    mine.close(one, GOOD, NOW)
    audit, changes, _ = parts(mine.collect())
    assert [record.kind for record in audit] == ["outcome", "overtaken", "outcome"]
    assert [change.entry and change.entry.delivery for change in changes] == [
        delivery(0, purposes=("a", "b")),
        left,
        None,
    ]


def test_a_superseded_one_names_the_event_that_overtook_it() -> None:
    mine, one = book(), job(0)
    mine.supersede(one, delivery(7), NOW)
    batch = mine.collect()
    (audit,), changes, _ = parts(batch)
    assert (audit.outcome, audit.reason, audit.evidence) == (
        "superseded", "overtaken", Evidence(detail="by_event=event-7"),
    )  # fmt: skip
    assert (changes, batch.offset) == ([], 1)


def test_a_later_settled_instruction_closes_what_failed_for_the_same_scope() -> None:
    mine = book()
    for one in (job(1), job(2, pid="p1.ben"), job(3, purposes=("surveys", "prospecting")), job(4, "delete")):
        mine.fail(one, REFUSED, "http_400", NOW)
    task = job(5)
    mine.close(task, Result("manual_task"), NOW)
    mine.collect()
    mine.close(job(6), GOOD, NOW)
    found = {entry.delivery.event_id: entry for entry in mine.entries.of("p1.ana", "failed")}
    assert found.keys() == {"event-3", "event-4"}, "a deletion outlives everything but a deletion"
    assert [cell.purpose for cell in found["event-3"].delivery.overtaken] == ["surveys"]
    assert mine.entries.of("p1.ben", "failed"), "another person's is untouched"
    assert mine.entries.find(task.delivery), "and so is a task"
    mine.close(job(7, "delete"), GOOD, NOW)
    assert mine.entries.of("p1.ana", "failed") == []


def test_an_older_instruction_that_is_settled_late_closes_nothing_newer() -> None:
    mine = book()
    mine.fail(job(5), DOWN, "gave_up_after_http_503", NOW)
    mine.close(job(6, "grant", occurred_at=NOW - 5000), GOOD, NOW)
    assert mine.entries.of("p1.ana", "failed")
