"""What was told of each open task, and by which channel: in `consent.settings`, as long as the task is open.

The audit has it for good. What was sent and could not be written here any more is sent again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from processors.notifying.stages import Told
from schemas.codec import decode, encode
from schemas.ids import command_record_id, prefixed
from schemas.records import AuditRecord, Command, CommandRef, Evidence
from schemas.version import SOFTWARE
from streams import topics
from streams.commands.tasks_open import AskedTask
from streams.logs import scan
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aiokafka import AIOKafkaProducer

    from processors.notifying.stages import Notice
    from streams.commands.tasks_open import Task
    from streams.settings import Settings

KIND = "task.notified"
WRITE_LIMIT_S = 30.0
_PREFIX = "!told|"
ByChannel = dict[str, dict[str, Told]]
"""Channel → task id → stage and date."""


async def told_before(settings: Settings) -> ByChannel:
    """What was told of tasks that were open then. Raises as `scan` does."""
    kept: dict[str, Told] = {}
    async for record in scan(settings, topics.SETTINGS):
        name = record.key.decode()
        if name.startswith(_PREFIX):
            kept.pop(name, None)
            if record.value:
                args = decode(Command, record.value).args
                kept[name] = Told(args["stage"], args.get("due_at"))
    found: ByChannel = defaultdict(dict)
    for name, last in kept.items():
        channel, task = name.removeprefix(_PREFIX).split("|")
        found[channel][task] = last
    return found


async def note(
    producer: AIOKafkaProducer, by: str, channel: str, message: bytes, sent: Sequence[tuple[Notice, Task]]
) -> None:
    """Write that these were told, with the message's hash: into the audit first. by: who let it be sent."""
    digest = hashlib.sha256(message).hexdigest()
    ref = CommandRef(command_id=f"{channel}-{digest[:32]}", name="tasks.notify", by=by)
    for notice, task in sent:
        record = _record(notice, task, channel, digest, ref)
        place = {"key": (record.pid or "").encode(), "partition": task.partition}
        due = {"due_at": notice.task["due_at"]} if notice.task["due_at"] else {}
        told = Command(
            command_id=ref.command_id, name=ref.name, lane=None, args={"stage": notice.stage, **due}, by=by,
            reason="told", at=record.at,
        )  # fmt: skip
        async with asyncio.timeout(WRITE_LIMIT_S):
            await producer.send_and_wait(topics.AUDIT, encode(record), **place)
            await producer.send_and_wait(topics.SETTINGS, encode(told), key=_key(channel, notice.id), partition=0)


async def forget(producer: AIOKafkaProducer, told: ByChannel, still_open: Collection[str]) -> None:
    """What was told of tasks that are no longer open."""
    for channel, stages in told.items():
        for task in stages.keys() - still_open:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await producer.send_and_wait(topics.SETTINGS, None, key=_key(channel, task), partition=0)


def _key(channel: str, task: str) -> bytes:
    return f"{_PREFIX}{channel}|{task}".encode()


def _record(notice: Notice, task: Task, channel: str, digest: str, ref: CommandRef) -> AuditRecord:
    about = notice.task
    what = (KIND, notice.id, channel, notice.stage, about["due_at"] or "")
    return AuditRecord(
        record_id=command_record_id(hashlib.sha256(prefixed(*what)).hexdigest()),
        kind=KIND,
        at=now_micros(),
        pid=about["pid"],
        controller=about["controller"],
        event_id=about["event_id"],
        delivery_id=notice.id,
        lane=about["lane"],
        reason=notice.stage,
        evidence=Evidence(detail=channel, response_sha256=digest),
        command=ref,
        origin=task.request.origin if isinstance(task, AskedTask) else task.entry.delivery.origin,
        software=SOFTWARE,
    )
