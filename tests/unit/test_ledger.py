"""What a lane partition writes in its next transaction, and what its lane state holds after it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from delivering_support import LANE, job
from plan_support import NOW
from routing_support import SEALS

from processors.delivering.settle import attempted, fail, settle
from processors.vendors.base import Result
from schemas.codec import decode
from schemas.errors import VendorRefused
from schemas.records import AuditRecord, Delivery, LaneEntry
from streams import topics
from streams.lanes.ledger import Ledger, entry_key
from streams.outbox import Out

if TYPE_CHECKING:
    from schemas.records import Action

REFS = SEALS.people.seal(b'["4711"]', "p1.ana|1")


def ledger() -> Ledger:
    return Ledger(LANE, 3)


def failing(ledger: Ledger, number: int, action: Action = "withdraw", **more: Any) -> Delivery:
    one = job(number, action, **more)
    ledger.write(one.delivery, fail(one, VendorRefused("http_400"), "http_400", 1, NOW))
    return one.delivery


def state_of(outs: list[Out]) -> list[tuple[bytes, bytes | None]]:
    return [(out.key, out.value) for out in outs if out.topic == topics.lane_state(LANE)]


def settling(ledger: Ledger, number: int, action: Action = "withdraw", **more: Any) -> None:
    one = job(number, action, **more)
    ledger.write(one.delivery, settle(one, Result("executed"), 1, NOW))
    ledger.overtake(one.delivery)


def test_a_settled_delivery_is_one_audit_record_and_nothing_else() -> None:
    book = ledger()
    settling(book, 1)
    outs, waiting = book.collect()
    (out,) = outs
    assert (out.topic, out.partition, out.key) == (topics.AUDIT, 3, b"p1.ana")
    assert decode(AuditRecord, out.value or b"").outcome == "executed"
    assert waiting == []
    assert book.collect() == ([], []), "handed over once"


def test_a_failed_delivery_stays_in_the_lane_state_and_its_dead_letter_goes_along() -> None:
    book, one = ledger(), job(1)
    letter = Out(topics.DEAD_LETTER, 3, b"k", b"v")
    book.write(one.delivery, fail(one, VendorRefused("http_400"), "http_400", 1, NOW), letter)
    audit, dead, state = book.collect()[0]
    assert decode(AuditRecord, audit.value or b"").outcome == "failed"
    assert dead == letter
    assert (state.topic, state.partition, state.key) == (
        "consent.lane-state.zoho-campaigns",
        3,
        entry_key(one.delivery),
    )
    assert decode(LaneEntry, state.value or b"").status == "failed"
    assert book.find(one.delivery) == decode(LaneEntry, state.value or b"")


def test_an_attempt_that_succeeds_leaves_a_tombstone() -> None:
    book, one = ledger(), job(1)
    book.write(one.delivery, attempted(one.delivery, 1, REFS, NOW))
    entry = book.find(one.delivery)
    assert entry is not None
    assert entry.refs == REFS
    book.collect()
    settling(book, 1)
    assert state_of(book.collect()[0]) == [(entry_key(one.delivery), None)]
    assert book.find(one.delivery) is None


def test_the_next_owner_finds_what_was_written() -> None:
    book = ledger()
    kept, gone = failing(book, 1), failing(book, 2)
    settling(book, 3, purposes=("other",))
    book.write(gone, settle(job(2), Result("executed"), 2, NOW))
    pairs = state_of(book.collect()[0])
    other = ledger()
    other.load(pairs[:1])
    other.load([*pairs[1:], (b"p1.never|0", None)])
    assert other.find(kept) == book.find(kept) is not None
    assert other.find(gone) is None
    assert other.collect() == ([], []), "loading writes nothing"
    assert set(other._entries) == {"p1.ana"}, "people without entries leave nothing behind"


def test_a_later_settled_instruction_closes_what_failed_for_the_same_scope() -> None:
    book = ledger()
    old, elsewhere = failing(book, 1), failing(book, 2, pid="p1.ben")
    book.collect()
    settling(book, 3, "grant")
    assert state_of(book.collect()[0]) == [(entry_key(old), None)]
    assert book.find(elsewhere) is not None, "another person's is untouched"


def test_it_leaves_what_it_does_not_reach() -> None:
    book = ledger()
    old = failing(book, 1, purposes=("surveys", "prospecting"))
    other = failing(book, 2, purposes=("payments",))
    book.collect()
    settling(book, 3)
    ((key, value),) = state_of(book.collect()[0])
    assert key == entry_key(old)
    left = decode(LaneEntry, value or b"").delivery
    assert [(cell.purpose, cell.channel) for cell in left.overtaken] == [("surveys", "email")]
    entry = book.find(other)
    assert entry is not None
    assert entry.delivery == other


def test_a_failed_deletion_outlives_everything_but_a_deletion() -> None:
    book = ledger()
    old = failing(book, 1, "delete")
    settling(book, 2, "grant")
    settling(book, 3, "withdraw")
    assert book.find(old) is not None
    settling(book, 4, "delete")
    assert book.find(old) is None


def test_only_failures_are_overtaken() -> None:
    book, task = ledger(), job(1)
    book.write(task.delivery, settle(task, Result("manual_task"), 1, NOW))
    settling(book, 2)
    entry = book.find(task.delivery)
    assert entry is not None
    assert entry.status == "manual_task"


def test_no_delivery_overtakes_itself() -> None:
    book = ledger()
    one = failing(book, 1)
    book.overtake(one)
    assert book.find(one) is not None


async def test_who_waits_is_handed_over_with_what_they_wait_for() -> None:
    book = ledger()
    book.add(Out(topics.AUDIT, 3, b"k", b"v"))
    task = asyncio.create_task(book.committed())
    await asyncio.sleep(0)
    assert book.wake.is_set()
    outs, (future,) = book.collect()
    assert len(outs) == 1
    assert not task.done()
    future.set_result(None)
    await asyncio.wait_for(task, 1)
    assert book.collect() == ([], [])


def test_every_writing_wakes_the_next_commit() -> None:
    for write in (lambda book: book.add(Out(topics.AUDIT, 3, b"k", b"v")), lambda book: failing(book, 1)):
        book = ledger()
        write(book)
        assert book.wake.is_set()
