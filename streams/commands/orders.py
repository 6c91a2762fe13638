"""Giving commands to workers: into `consent.control`, and waiting until the audit says that they were carried out."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from uuid_utils import uuid7

from schemas.codec import encode
from schemas.errors import SetupError
from schemas.records import Command
from streams.clients import reader, unreachable, writer
from streams.closing import closed
from streams.ownership.tenure import now_micros
from streams.topics import AUDIT, CONTROL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from aiokafka import AIOKafkaConsumer

    from streams.settings import Settings

LONGEST_TEXT = 1000
WRITE_LIMIT_S = 30.0
POLL_MS = 200


def operator() -> str:
    """Who is at the keyboard, as far as the system knows."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def order(name: str, args: Mapping[str, str], by: str, reason: str, lane: str | None = None) -> Command:
    """A new command.

    Raises:
        SetupError: who gives it and why must be said, in up to 1000 characters each.

    """
    for option, text in (("--by", by), ("--reason", reason)):
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise SetupError(
                f"{option} is empty or longer than {LONGEST_TEXT} characters",
                remedy="say it in a sentence: it is kept in the audit",
            )
    return Command(
        command_id=str(uuid7()), name=name, lane=lane, args=dict(args), by=by, reason=reason, at=now_micros()
    )


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of committed records.

    Raises:
        SetupError: no broker answers.

    """
    source = reader(settings)
    try:
        await source.start()
    except KafkaConnectionError:
        await closed(source.stop())
        raise unreachable(settings) from None
    try:
        yield source
    finally:
        await closed(source.stop())


async def carried_out(settings: Settings, command: Command, facts: Mapping[int, str], wait_s: float) -> set[int]:
    """Give the command, and wait at most so many s for its audit records.

    facts: partition → record_id that the audit gets there. Returns the partitions where it has come.

    Raises:
        SetupError: the broker took no command.

    """
    done: set[int] = set()
    async with watching(settings) as source:
        await _from_now_on(source, facts)
        await _give(settings, command)
        deadline = asyncio.get_running_loop().time() + wait_s
        while len(done) < len(facts) and asyncio.get_running_loop().time() < deadline:
            for place, records in (await source.getmany(timeout_ms=POLL_MS)).items():
                if facts[place.partition].encode() in {record.key for record in records}:
                    done.add(place.partition)
    return done


async def _from_now_on(source: AIOKafkaConsumer, partitions: Iterable[int]) -> None:
    places = [TopicPartition(AUDIT, partition) for partition in partitions]
    source.assign(places)
    for place, end in (await source.end_offsets(places)).items():
        source.seek(place, end)


async def _give(settings: Settings, command: Command) -> None:
    producer = writer(settings)
    await producer.start()
    try:
        async with asyncio.timeout(WRITE_LIMIT_S):  # the client itself would wait for ever
            await producer.send_and_wait(CONTROL, encode(command), key=(command.lane or "!").encode(), partition=0)
    except TimeoutError:
        raise SetupError(
            f"the broker has not confirmed the command within {WRITE_LIMIT_S:.0f} s",
            remedy=f"see in the audit whether command {command.command_id} is there before you give another one",
        ) from None
    finally:
        await closed(producer.stop())
