"""What a person has to do at a vendor by hand: open until somebody says with evidence that it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from processors.delivering.job import RETAINED, Job
from processors.delivering.overtaking import left_yet
from schemas.errors import InvalidRecord
from schemas.events import EvidenceLink, names_person
from schemas.records import Evidence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from processors.delivering.book import Book
    from processors.vendors.base import Result
    from schemas.records import Command

TASK: Final = "manual_task"
RETENTION_OVER = "retention_over"
"""Why a person must erase what the vendor had to keep, and keeps still."""
OVERTAKEN = "task_overtaken"
"""Why a task ends as `superseded` that nobody had done."""
SHA256, LINK = "sha256", "link"
"""Arguments of the command: of the file that proves it, and where the proof is kept."""


class Finished(NamedTuple):
    """How many tasks were done, and which of the ids are no open task here."""

    done: int
    unknown: tuple[str, ...]


def ends_task(outcome: str | None, reason: str | None) -> bool:
    """Whether an outcome says what became of an open task: the lane's own part ended before."""
    return outcome == "done" or reason == OVERTAKEN


def evidence_in(args: Mapping[str, str]) -> Evidence:
    """What a command names as proof.

    Raises:
        InvalidRecord: it names none, or one that names a person.

    """
    link = EvidenceLink.parse({"uri": args.get(LINK), "sha256": args.get(SHA256)})
    if not link.uri and not link.sha256:
        raise InvalidRecord("a file's hash or a link must show that it is done", field="evidence")
    if names_person(link.uri or ""):
        raise InvalidRecord("stands readable in the audit: no e-mail address or phone number here", field="uri")
    return Evidence(detail=f"file_sha256={link.sha256}" if link.sha256 else None, link=link.uri)


def finish(book: Book, wanted: Collection[str], evidence: Evidence, command: Command, wall: int) -> Finished:
    """Somebody has done these deliveries by hand, by delivery_id. wall: µs."""
    tasks = {entry.delivery.delivery_id: entry for entry in book.entries.every(TASK)}
    for one in wanted:
        if entry := tasks.get(one):
            book.finish(Job.parked_as(entry), evidence, command, wall)
    return Finished(len(tasks.keys() & set(wanted)), tuple(one for one in wanted if one not in tasks))


def by_hand(result: Result, wall: int) -> Result:
    """What a vendor still keeps although its time is over, a person must erase there. wall: µs."""
    is_over = result.outcome == RETAINED and result.review_at is not None and result.review_at <= wall
    return replace(result, outcome=TASK, reason=RETENTION_OVER, review_at=None) if is_over else result


def overtake(book: Book, newer: Iterable[Job], wall: int, *, dry: bool = False) -> None:
    """Take newer instructions' scopes out of the person's open tasks: nobody shall do by hand what was undone since.

    newer: of one person, in the order in which they came in. dry: they are only rehearsed.
    """
    for later in newer:
        for entry in book.entries.of(later.pid, TASK):
            task, old, by = Job.parked_as(entry), entry.delivery, later.delivery
            if task.offset >= later.offset:
                continue
            left = left_yet(old, later, book.switches, dry=dry)
            if left is None:
                book.supersede(task, by, wall, OVERTAKEN)
            elif left is not old:
                book.change(entry, left, wall)
