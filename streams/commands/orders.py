"""Giving commands to workers: into `consent.control`, and waiting until the audit says that they were carried out."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError
from uuid_utils import uuid7

from schemas.codec import decode, encode
from schemas.errors import SetupError
from schemas.events import names_person
from schemas.records import AuditRecord, Command
from streams.clients import reader, unreachable, writer
from streams.ownership.tenure import now_micros
from streams.stopping import at_work, begun, stopped
from streams.topics import AUDIT, CONTROL, STATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from aiokafka import AIOKafkaConsumer

    from streams.settings import Settings

Heed = Callable[[ConsumerRecord], bool]
LONGEST_TEXT = 1000
WRITE_LIMIT_S = 30.0
POLL_MS = 200

By = Annotated[str | None, typer.Option(help="Who wants it, for the audit; default the system's user and host.")]
Wait = Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Until it is carried out; 0: don't wait.")]


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
        SetupError: see `require_said`.

    """
    require_said(by, reason)
    return Command(
        command_id=str(uuid7()), name=name, lane=lane, args=dict(args), by=by, reason=reason, at=now_micros()
    )


def require_said(by: str, reason: str) -> None:
    """What the audit keeps of whoever changes something.

    Raises:
        SetupError: who and why must be said, in up to 1000 characters each; the reason names no person.

    """
    for option, text in (("--by", by), ("--reason", reason)):
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise SetupError(
                f"{option} is empty or longer than {LONGEST_TEXT} characters",
                remedy="say it in a sentence: it is kept in the audit",
            )
    if names_person(reason):
        raise SetupError(
            "--reason has an e-mail address or a phone number in it",
            remedy="leave it out: the reason stands readable in the audit, for good",
        )


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of committed records.

    Raises:
        SetupError: no broker answers.

    """
    try:
        source = await begun(reader(settings))
    except KafkaConnectionError:
        raise unreachable(settings) from None
    try:
        yield source
    finally:
        await stopped(source)


async def carried_out(
    settings: Settings, command: Command, facts: Mapping[int, str], wait_s: float, heed: Heed | None = None
) -> dict[int, AuditRecord]:
    """Give the command, and wait at most so many s for its audit records.

    facts: partition → record_id that the audit gets there. heed: hears of the router's state meanwhile, and says
    whether that was progress: then the wait begins anew. Returns the records that have come, by partition.

    Raises:
        SetupError: the broker took no command.

    """
    done: dict[int, AuditRecord] = {}
    async with watching(settings) as source:
        await _from_now_on(source, facts, (AUDIT,) if heed is None else (AUDIT, STATE))
        await _give(settings, command)
        deadline = asyncio.get_running_loop().time() + wait_s
        while len(done) < len(facts) and asyncio.get_running_loop().time() < deadline:
            for place, records in (await source.getmany(timeout_ms=POLL_MS)).items():
                for record in records:
                    if place.topic == STATE:
                        if heed is not None and heed(record):
                            deadline = asyncio.get_running_loop().time() + wait_s
                    elif record.key == facts[place.partition].encode():
                        done[place.partition] = decode(AuditRecord, record.value)
    return done


def late(role: str, wait_s: float, partitions: Iterable[int]) -> SetupError:
    """Nobody has carried a command out in time for these partitions."""
    numbers = ", ".join(map(str, sorted(partitions)))
    return SetupError(
        f"no {role} has carried it out within {wait_s:g} s for partitions {numbers}",
        remedy=f"don't give it again: the next worker that has them finds it. See that one runs with the {role}, "
        "and what its /readyz and log say",
    )


async def _from_now_on(source: AIOKafkaConsumer, partitions: Iterable[int], names: Iterable[str]) -> None:
    places = [TopicPartition(name, partition) for name in names for partition in partitions]
    source.assign(places)
    for place, end in (await source.end_offsets(places)).items():
        source.seek(place, end)


async def _give(settings: Settings, command: Command) -> None:
    try:
        # The client itself would wait for ever.
        async with at_work(writer(settings)) as producer, asyncio.timeout(WRITE_LIMIT_S):
            await producer.send_and_wait(CONTROL, encode(command), key=(command.lane or "!").encode(), partition=0)
    except TimeoutError:
        raise SetupError(
            f"the broker has not confirmed the command within {WRITE_LIMIT_S:.0f} s",
            remedy=f"see in the audit whether command {command.command_id} is there before you give another one",
        ) from None
