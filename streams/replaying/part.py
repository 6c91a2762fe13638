"""What one process does: a partition of the audit into sorted lines of a file each."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from processors.replaying.fold import Fold
from processors.replaying.rows import FILES, rows
from schemas.codec import decode_own
from schemas.errors import DataError, SetupError
from schemas.records import AuditRecord
from streams import topics
from streams.logs import slices
from streams.storage import writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiokafka import ConsumerRecord

    from streams.settings import Settings

    Tell = Callable[[int], None]

AT_ONCE = 200
"""So many records are decoded, then folded: by turns, each would drive the other out of the processor's caches, and
all would take a tenth longer."""


class Part(NamedTuple):
    """One partition below `end`; pid: about this person alone; controller: about people of this one alone.

    begin: what was before has been deleted: whoever it was about is missing, or in parts.
    """

    partition: int
    end: int
    controller: str | None = None
    pid: str | None = None
    begin: int = 0


class Told(NamedTuple):
    """What a part has come to. doubts: the first ones, with their partition and offset; doubted: how many."""

    records: int
    kinds: dict[str, int]
    doubted: int
    doubts: tuple[tuple[int, int, str], ...]
    lines: dict[str, int]


async def fold(
    settings: Settings, part: Part, read: Tell, heard: Callable[[AuditRecord, ConsumerRecord], None] | None = None
) -> Fold:
    """Fold a partition. `read` is told of each step of the offset, `heard` of each record that counts.

    Raises:
        SetupError: no broker answers, a policy is unknown, or a record can't be read.

    """
    made = Fold(part.pid, part.controller)
    at = 0
    async for records in slices(settings, topics.AUDIT, {part.partition: part.end}):
        for first in range(0, len(records), AT_ONCE):
            some = records[first : first + AT_ONCE]
            for record, said in [(one, _said(part, one)) for one in some]:
                if made.take(record.offset, said) and heard is not None:
                    heard(said, record)
        if records:
            read(records[-1].offset + 1 - at)
            at = records[-1].offset + 1
    read(part.end - at)
    return made


def _said(part: Part, record: ConsumerRecord) -> AuditRecord:
    try:
        return decode_own(AuditRecord, record.value or b"")
    except DataError:
        raise SetupError(
            f"{topics.AUDIT}[{part.partition}]@{record.offset} can't be read",
            remedy="a newer release may have written it: replay with that one, and see `consent-relay audit verify`",
        ) from None


def write(settings: Settings, directory: Path, part: Part, read: Tell) -> Told:
    """Fold a partition and write its lines to `<file>.<partition>` there. Raises as `fold` does."""
    made = asyncio.run(fold(settings, part, read))
    lines = dict.fromkeys(FILES, 0)
    with writing(directory), ExitStack() as stack:
        files = {name: stack.enter_context(place(directory, name, part.partition).open("wb")) for name in FILES}
        for name, line in rows(made):
            files[name].write(line + b"\n")
            lines[name] += 1
    doubts = tuple((part.partition, offset, text) for offset, text in made.doubts)
    return Told(sum(made.kinds.values()), dict(made.kinds), made.doubted, doubts, lines)


def place(directory: Path, name: str, partition: int) -> Path:
    return directory / f"{name}.{partition}"


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
