"""Who a worker is: an id that no other process on this data directory holds, and a pepper that the cluster knows."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import socket
import uuid
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from schemas.codec import decode, encode
from schemas.errors import SetupError
from schemas.ids import PEPPER_GENERATION, pepper_check
from schemas.records import Command
from streams import topics
from streams.clients import writer
from streams.logs import scan
from streams.ownership.tenure import now_micros
from streams.stopping import at_work
from streams.storage import writing

if TYPE_CHECKING:
    from pathlib import Path

    from streams.settings import Settings

MOST_WORKERS = 1000
_WORKER_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")  # what Kafka takes as a member's name; it becomes a file's too
WRITE_LIMIT_S = 30.0
_PEPPER_KEY = f"!pepper|{PEPPER_GENERATION}".encode()


def claim_worker_id(data_dir: Path, wanted: str | None) -> tuple[str, IO[str]]:
    """A worker id and the lock that holds it; keep the file open as long as the id is used.

    Raises:
        SetupError: another process here goes by that id, or it is none, or the lock can't be written.

    """
    if wanted and not _WORKER_ID.fullmatch(wanted):
        raise SetupError("a worker's id has letters, digits, dots, dashes and underscores only", remedy="change --id")
    directory = data_dir / "workers"
    host = socket.gethostname()
    names = [wanted] if wanted else [f"{host}-{number}" for number in range(1, MOST_WORKERS)]
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        for name in names:
            if lock := _locked(directory / f"{name}.lock"):
                return name, lock
    raise SetupError(
        f"a worker with the id {wanted} runs already on {data_dir}",
        remedy="give this one another --id, or leave --id out",
    )


def _locked(path: Path) -> IO[str] | None:
    """The file, with our process in it; None: another process holds it."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        with suppress(OSError):  # it would write once more
            file.close()
        raise
    return file


async def compare_pepper(settings: Settings) -> bool:
    """Whether the cluster knows its pepper, which then is ours.

    Raises:
        SetupError: it differs: with another pepper nobody's state would be found again.

    """
    known = None
    async for record in scan(settings, topics.SETTINGS):
        if record.key == _PEPPER_KEY and record.value:
            known = decode(Command, record.value).args.get("check")
    if known not in {None, pepper_check(settings.key("pepper"))}:
        raise SetupError(
            "the pepper is not the one that this cluster was set up with",
            remedy="set CONSENT_RELAY_PEPPER (or CONSENT_RELAY_PEPPER_FILE) to the pepper of the other workers",
        )
    return known is not None


async def check_pepper(settings: Settings) -> None:
    """Compare our pepper with the cluster's; the first worker ever says which it is; raises as `compare_pepper`."""
    if await compare_pepper(settings):
        return
    ours = pepper_check(settings.key("pepper"))
    note = Command(
        command_id=str(uuid.uuid4()),
        name="pepper_check",
        lane=None,
        args={"check": ours},
        by="worker",
        reason="first start",
        at=now_micros(),
    )
    async with at_work(writer(settings)) as producer, asyncio.timeout(WRITE_LIMIT_S):  # itself it would wait for ever
        await producer.send_and_wait(topics.SETTINGS, encode(note), key=_PEPPER_KEY, partition=0)
