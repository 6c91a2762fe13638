"""The witness file: every head once more, where whoever can write to Kafka can't. It may be on other storage."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from processors.notarising.judging import Head
from schemas.errors import SetupError
from streams.storage import is_there

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from streams.settings import Settings

log = structlog.get_logger()
WRITE_LIMIT_S = 10.0
MOST_PENDING = 8
"""Heads that wait for the disk; when it is back they are written, those behind them are not."""

_BEGINNING = b'{"partition": '
"""Of every line; there is none within a line, as quotes are escaped there."""
_BEGINS = re.compile(b"(?=" + re.escape(_BEGINNING) + b")")


class Witness:
    """Appends, one JSON object a line, on a thread of its own: a disk that hangs must not hold up the signing."""

    def __init__(self, path: Path, limit_s: float = WRITE_LIMIT_S) -> None:
        self._path = path
        self._limit_s = limit_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="witness")
        self._pending = 0

    async def note(self, partition: int, checkpoint: str, at: int) -> bool:
        """Keep a head; at: µs. False, and an alarm: it couldn't be, or not in time. Each head stands for itself."""
        if self._pending >= MOST_PENDING:
            return self._missed(partition, "the writes before it have not ended")
        line = json.dumps({"partition": partition, "at": at, "checkpoint": checkpoint}, ensure_ascii=False) + "\n"
        self._pending += 1
        writing = asyncio.get_running_loop().run_in_executor(self._thread, self._append, line.encode())
        writing.add_done_callback(self._ended)
        try:
            await asyncio.wait_for(asyncio.shield(writing), self._limit_s)
        except (OSError, TimeoutError) as error:
            return self._missed(partition, type(error).__name__)
        return True

    def _ended(self, writing: asyncio.Future[None]) -> None:
        self._pending -= 1
        if not writing.cancelled():
            writing.exception()

    def _missed(self, partition: int, why: str) -> bool:
        log.error("alarm", alarm="head_unwitnessed", partition=partition, why=why, file=str(self._path))
        return False

    def _append(self, line: bytes) -> None:
        """Several workers may share a file: one write appends a whole line, behind what a full disk has torn off."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
        try:
            whole = line if self._ends_whole(os.fstat(file).st_size) else b"\n" + line
            if os.write(file, whole) < len(whole):
                raise OSError(errno.ENOSPC, "only a part of the line was written")
            os.fsync(file)
        finally:
            os.close(file)

    def _ends_whole(self, size: int) -> bool:
        if not size:
            return True
        with self._path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"


def known_witnesses(settings: Settings) -> list[Path]:
    """The file that was named, be it there or not, as one that is gone must not pass for none; else ours, if any."""
    return [settings.witness] if settings.witness_file or is_there(settings.witness) else []


def witnessed(paths: Iterable[Path]) -> dict[int, list[Head]]:
    """The heads of these files by partition, in the order of their lines. What was torn off a line is left out.

    Raises:
        SetupError: a file can't be read, or a line of it is none of a witness.

    """
    found: dict[int, list[Head]] = defaultdict(list)
    for path in paths:
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError:
            raise SetupError(f"the witness file {path} can't be read", remedy="name another with --witness") from None
        for number, line in enumerate(lines[:-1], 1):
            try:
                for partition, head in _noted(line, f"{path}:{number}"):
                    found[partition].append(head)
            except (ValueError, KeyError, TypeError):
                raise SetupError(f"{path}:{number} is no line of a witness file", remedy="restore the file") from None
    return found


def _noted(line: bytes, where: str) -> Iterator[tuple[int, Head]]:
    """Partitions and heads: none where the end was torn off, and several where only a newline was.

    Older releases wrote the next line right behind what was torn.

    Raises:
        ValueError, KeyError, TypeError: it is no line of a witness.

    """
    for part in _BEGINS.split(line):
        if not _is_torn(part):
            noted = json.loads(part)
            yield int(noted["partition"]), Head(str(noted["checkpoint"]), where, at=int(noted["at"]))


def _is_torn(line: bytes) -> bool:
    """Whether a line of a witness may have begun like that; a whole one that was changed has its end."""
    return not line.endswith(b"}") and (line.startswith(_BEGINNING) or _BEGINNING.startswith(line))
