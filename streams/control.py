"""What operators want done: every worker reads `consent.control` from its start by itself, without any group.

A work looks here for what concerns it, from its own mark `!control` on, and moves that mark in the transaction of
what it does. So a command that is found twice is carried out once, and one that came while nobody worked is found.
"""

from __future__ import annotations

import asyncio
import re
import time
from bisect import bisect_left
from collections import defaultdict
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from aiokafka import TopicPartition

from schemas.codec import decode
from schemas.errors import DataError
from schemas.ids import command_record_id
from schemas.origin import Origin
from schemas.records import AuditRecord, Command, Evidence
from schemas.version import SOFTWARE
from streams.clients import reader
from streams.stopping import again_and_again, at_work
from streams.topics import CONTROL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

log = structlog.get_logger()
PLACE = TopicPartition(CONTROL, 0)
POLL_MS = 1000
RETRY_S = 2.0
LOOK_EVERY_S = 30.0
LOOK_LIMIT_S = 60.0
"""To read up to the end, as far away as that was when it was asked for."""
MOST_BYTES = 64 * 1024
"""Of a command: its reason goes into audit records, which must fit into their topic."""
FRESH_MS = 86_400_000
"""So long a command for a role that nobody has is worth an alarm; at every start all commands are read anew."""
_ROLE = re.compile(r"(lane )?[a-z][a-z0-9-]{0,63}")
ROUTER, CLOSER, NOTARY = "router", "closer", "notary"


@dataclass(frozen=True, slots=True)
class Given:
    """A command and where it stands."""

    offset: int
    command: Command

    @property
    def origin(self) -> Origin:
        return Origin(topic=PLACE.topic, partition=PLACE.partition, offset=self.offset)


def role_of(command: Command) -> str:
    """The role that a command is for: that of its lane, or the one its name begins with, as in `router.resume`."""
    return f"lane {command.lane}" if command.lane else command.name.partition(".")[0]


def record_id(command_id: str, role: str, partition: int) -> str:
    """Id of the audit record of a command that one partition of a role carried out. Hex SHA-256."""
    return command_record_id(command_id, role, str(partition))


REFUSED = "refused"
"""So begins what is told of a command that did nothing, and why."""
UNKNOWN = "this version of the relay knows no such command: not carried out"
NONSENSE = "its arguments make no sense: not carried out"


def did_nothing(detail: str) -> bool:
    """Whether this is told of a command that was not carried out."""
    return detail in {UNKNOWN, NONSENSE} or detail.startswith(REFUSED)


def log_word(detail: str) -> str:
    """As what a command stands in the log of which this was told."""
    return "command_not_carried_out" if did_nothing(detail) else "command_carried_out"


def told(given: Given, role: str, partition: int, detail: str, at: int) -> AuditRecord:
    """The audit's record that a partition of a role has carried a command out. `detail`: what came of it; at: µs."""
    command = given.command
    return AuditRecord(
        record_id=record_id(command.command_id, role, partition),
        kind="command",
        at=at,
        lane=command.lane,
        reason=command.reason,
        evidence=Evidence(detail=detail),
        command=command.ref,
        origin=given.origin,
        software=SOFTWARE,
    )


class Control:
    """All commands so far, by role, in the order in which they were given; repeats of a command_id are left out.

    roles: those that any worker of this configuration may have; None: whoever they are for, somebody has it.
    """

    def __init__(self) -> None:
        self.roles: frozenset[str] | None = None
        self._given: dict[str, list[Given]] = defaultdict(list)
        self._known: set[str] = set()
        self._listeners: set[asyncio.Event] = set()
        self._next = 0

    def take(self, record: ConsumerRecord) -> None:
        """Take in the next record. Never raises: what nobody can read, nobody carries out."""
        self._next = record.offset + 1
        if len(record.value or b"") > MOST_BYTES:
            log.error("alarm", alarm="command_oversize", offset=record.offset)
            return
        try:
            command = decode(Command, record.value or b"")
        except DataError as error:
            log.error("alarm", alarm="command_unreadable", offset=record.offset, reason=error.reason)  # noqa: TRY400
            return
        if command.command_id in self._known:
            log.warning("command_repeated", offset=record.offset)
            return
        self._known.add(command.command_id)
        role = role_of(command)
        if self.roles is not None and role not in self.roles:
            self._for_nobody(role, record)
            return
        self._given[role].append(Given(record.offset, command))
        for listener in self._listeners:
            listener.set()

    def _for_nobody(self, role: str, record: ConsumerRecord) -> None:
        """The commands refuse such names; somebody wrote it by hand, or the connection was removed since."""
        facts = {"offset": record.offset, "role": role if _ROLE.fullmatch(role) else "no role's name"}
        if record.timestamp > time.time() * 1000 - FRESH_MS:
            log.error("alarm", alarm="command_for_nobody", **facts)
        else:
            log.warning("command_for_nobody", **facts)

    def next(self, role: str, offset: int) -> Given | None:
        """The first command for a role at this offset or above."""
        given = self._given.get(role)
        if not given or given[-1].offset < offset:  # as nearly always
            return None
        index = bisect_left(given, offset, key=lambda one: one.offset)
        return given[index] if index < len(given) else None

    @contextmanager
    def wakes(self, listener: asyncio.Event) -> Iterator[None]:
        """Set the event whenever a command came in, whoever it is for."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    async def follow(self, settings: Settings) -> None:
        """Read for ever. Never raises: without the topic the work goes on, only no command is heard."""
        await again_and_again(partial(self._read, settings), "control_not_read", RETRY_S)

    async def _read(self, settings: Settings) -> None:
        async with at_work(reader(settings)) as source:
            source.assign([PLACE])
            source.seek(PLACE, self._next)  # before the log's start: the client goes to the earliest record
            while True:
                async with asyncio.timeout(LOOK_LIMIT_S):  # nothing else would tell that this client stands still
                    end = (await source.end_offsets([PLACE]))[PLACE]
                    await self._read_to(source, end)
                until = monotonic() + LOOK_EVERY_S
                while monotonic() < until:
                    await self._poll(source)

    async def _read_to(self, source: AIOKafkaConsumer, end: int) -> None:
        while await source.position(PLACE) < end:
            await self._poll(source)

    async def _poll(self, source: AIOKafkaConsumer) -> None:
        for records in (await source.getmany(timeout_ms=POLL_MS)).values():
            for record in records:
                self.take(record)


@asynccontextmanager
async def following(control: Control, settings: Settings) -> AsyncIterator[None]:
    """Commands come in for as long as the context is open."""
    reading = asyncio.create_task(control.follow(settings))
    try:
        yield
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
