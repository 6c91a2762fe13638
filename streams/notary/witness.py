"""The witness file: every head once more, where whoever can write to Kafka can't. It may be on other storage."""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from processors.notarising.judging import Head
from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

log = structlog.get_logger()
WRITE_LIMIT_S = 10.0
MOST_PENDING = 8
"""Heads that wait for the disk; when it is back they are written, those behind them are not."""


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
        """Several workers may share a file: one write appends a whole line."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
        try:
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)


def witnessed(paths: Iterable[Path]) -> dict[int, list[Head]]:
    """The heads of these files by partition, in the order of their lines. A last line that was torn off is left out.

    Raises:
        SetupError: a file can't be read, or a line of it is none of a witness.

    """
    found: dict[int, list[Head]] = defaultdict(list)
    for path in paths:
        try:
            lines = path.read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError):
            raise SetupError(f"the witness file {path} can't be read", remedy="name another with --witness") from None
        for number, line in enumerate(lines[:-1], 1):
            try:
                noted = json.loads(line)
                found[int(noted["partition"])].append(Head(str(noted["checkpoint"]), f"{path}:{number}"))
            except (ValueError, KeyError, TypeError):
                raise SetupError(f"{path}:{number} is no line of a witness file", remedy="restore the file") from None
    return found
