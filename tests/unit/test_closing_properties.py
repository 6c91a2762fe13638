"""Whatever is said of a request, in whatever order and how often: its end follows from each delivery's own story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closing_support import KEY, NOW, anew, delivery, planned, request, said, task, told
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st

from processors.closing.book import Book
from processors.closing.ending import exceptions
from schemas.times import DAY

if TYPE_CHECKING:
    from random import Random

    from schemas.records import AuditRecord
    from schemas.request import Request

LANES = ("a", "b", "c")
WORDS = ("attempted", "parked", "accepted", "executed", "verified", "no_match", "failed", "superseded", "manual_task")
PLANNED = planned(*map(delivery, LANES), kind="deletion.requested")


@st.composite
def stories(draw: st.DrawFn) -> list[list[AuditRecord]]:
    """Of each delivery all that is said of it, in the order of the log."""
    told = []
    for lane in LANES:
        words = draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=4), min_size=1, max_size=3))
        story = []
        for cycle, some in enumerate(words):
            story += [anew(lane, cycle)] if cycle else []
            story += [said(lane, word, cycle, NOW + 60 * cycle + number) for number, word in enumerate(some)]
        told.append(story)
    return told


def shuffled(stories: list[list[AuditRecord]], random: Random) -> list[AuditRecord]:
    """One log; each story keeps its order."""
    left = [list(story) for story in stories if story]
    log = []
    while left:
        story = random.choice(left)
        log.append(story.pop(0))
        left = [one for one in left if one]
    return log


def ending(made: Request) -> object:
    """All but how often it was closed on the way."""
    return made.legs, made.status, made.closed_at, exceptions(made)


@given(stories(), st.randoms(use_true_random=False))
@a_few
def test_the_order_of_different_deliveries_does_not_matter(told_of: list[list[AuditRecord]], random: Random) -> None:
    one, other = (request(told(PLANNED, *shuffled(told_of, random))) for _ in range(2))
    assert ending(one) == ending(other)


@given(stories(), st.randoms(use_true_random=False), st.data())
@a_few
def test_a_replay_changes_nothing(told_of: list[list[AuditRecord]], random: Random, data: st.DataObject) -> None:
    log = shuffled(told_of, random)
    book = told(PLANNED, *log)
    before = request(book)
    book.collect()
    told(PLANNED, *log[data.draw(st.integers(0, len(log))) :], book=book)
    assert ending(request(book)) == ending(before)


@given(stories(), st.randoms(use_true_random=False), st.data())
@a_few
def test_a_restart_anywhere_changes_nothing(
    told_of: list[list[AuditRecord]], random: Random, data: st.DataObject
) -> None:
    log = shuffled(told_of, random)
    whole, facts = Book(), []
    for one in (PLANNED, *log):
        told(one, book=whole)
    book = told(PLANNED)
    kept: dict[str, bytes | None] = {}
    for number, one in enumerate(log):
        if data.draw(st.booleans()):
            batch = book.collect()
            kept |= batch.requests
            facts += batch.facts
            book = restored(kept)
        told(one, book=book)
        assert number < len(log)
    facts += book.collect().facts
    assert request(book) == request(whole)
    assert facts == whole.collect().facts


@given(stories(), st.randoms(use_true_random=False))
@a_few
def test_it_is_closed_exactly_when_every_delivery_has_ended(told_of: list[list[AuditRecord]], random: Random) -> None:
    made = request(told(PLANNED, *shuffled(told_of, random)))
    ended = [ends(story) for story in told_of]
    assert made.is_open == (not all(ended))
    if made.status == "completed":
        assert set(ended) <= {"executed", "verified", "no_match", "superseded"}


@given(stories(), st.randoms(use_true_random=False), st.lists(st.integers(0, 40), max_size=4).map(sorted))
@a_few
def test_nothing_is_told_to_be_overdue_twice(
    told_of: list[list[AuditRecord]], random: Random, days: list[int]
) -> None:
    book, facts = told(planned(*map(delivery, LANES), task())), []
    for one in shuffled(told_of, random):
        told(one, book=book)
        book.elapse(NOW + (days.pop(0) if days else 0) * DAY)
        facts += book.collect().facts
    late = [fact.record_id for fact in facts if fact.kind == "request.overdue"]
    assert len(set(late)) == len(late)


def restored(kept: dict[str, bytes | None]) -> Book:
    book = Book()
    for key, value in kept.items():
        book.load(key, value)
    assert KEY in book
    return book


def ends(story: list[AuditRecord]) -> str | None:
    """The first final word of the newest cycle, found in another way than the book's; None: there is none."""
    newest = max((one.cycle or 0 for one in story), default=0)
    words = [one.outcome for one in story if one.kind == "outcome" and one.cycle == newest]
    finals = [word for word in words if word in {"executed", "verified", "no_match", "failed", "superseded"}]
    return finals[0] if finals else None
