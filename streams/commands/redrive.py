"""A rejected record goes to the router once more, in one transaction with the audit of who wanted it.

A lane's dead letter only names a delivery: that lives on in the lane state, and its worker sends it once more.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka.errors import ProducerFenced
from uuid_utils import uuid7

from schemas.codec import decode
from schemas.errors import DataError, InvalidRecord, OwnershipLost, SetupError
from schemas.events import ConsentEvent
from schemas.ids import command_record_id, pid
from schemas.records import AuditRecord, CommandRef, Delivery
from schemas.version import SOFTWARE
from streams import topics
from streams.clients import writer
from streams.commands.common import require_topics
from streams.outbox import send_all, sized
from streams.ownership.tenure import now_micros
from streams.stopping import at_work
from streams.wire import audit_out, home_of

if TYPE_CHECKING:
    from schemas.records import DeadLetter
    from schemas.sealing import Seals
    from streams.settings import Settings

NAME = "redrive"
LIMIT_S = 30.0


async def redrive_letter(settings: Settings, letter: DeadLetter, seals: Seals, by: str, reason: str) -> int:
    """Publish the original bytes anew, under the same key and without any header; the partition they went to.

    Raises:
        SetupError: a key or the cluster prefix isn't set, or no broker answers.
        InvalidRecord: there are no bytes to publish.
        OwnershipLost: somebody else redrives at this moment; nothing was written.

    """
    value = seals.open_dead(letter.sealed, letter.origin)
    if value is None:
        raise InvalidRecord(f"{letter.origin} had no value: there is nothing to publish again")
    await require_topics(settings, topics.EVENTS, topics.AUDIT)
    event = _event(value)
    home = home_of(settings.partitions)(event.subject_id) if event else letter.origin.partition
    key = seals.open_dead(letter.sealed_key, letter.origin)
    person = pid(settings.key("pepper"), event.controller, event.subject_id) if event else None
    event_id = event.event_id if event else None
    command = CommandRef(command_id=str(uuid7()), name=NAME, by=by)
    record = _record(letter, command, reason, person, event_id)
    await _commit(settings, home, key, value, record)
    return home


def delivery_in(letter: DeadLetter, seals: Seals) -> tuple[str, str]:
    """Lane and delivery_id of a lane's dead letter.

    Raises:
        InvalidRecord: nobody can read the delivery.

    """
    try:
        delivery = decode(Delivery, seals.open_dead(letter.sealed, letter.origin) or b"")
    except DataError:
        raise InvalidRecord(f"{letter.origin} can't be read, so nothing of it can be sent once more") from None
    return delivery.lane, delivery.delivery_id


async def _commit(settings: Settings, home: int, key: bytes | None, value: bytes, record: AuditRecord) -> None:
    new = writer(settings, f"{settings.required('cluster_prefix')}.consent-relay-{NAME}")
    try:
        # What is not committed, the broker aborts by itself: an abort of ours might wait for a broker that is gone.
        async with at_work(new) as producer, asyncio.timeout(LIMIT_S):
            await producer.begin_transaction()
            await producer.send(topics.EVENTS, value, key=key, partition=home)
            await send_all(producer, sized([audit_out(record, home)]))
            await producer.commit_transaction()
    except ProducerFenced:
        raise OwnershipLost("somebody else redrives at this moment: nothing was written, try again") from None
    except TimeoutError:
        raise SetupError(
            f"the broker has not confirmed it within {LIMIT_S:.0f} s",
            remedy="see in the audit whether the redrive is there before you try again",
        ) from None


def _record(
    letter: DeadLetter, command: CommandRef, reason: str, person: str | None, event_id: str | None
) -> AuditRecord:
    return AuditRecord(
        record_id=command_record_id(command.command_id),
        kind="command",
        at=now_micros(),
        pid=person,
        event_id=event_id,
        reason=reason,
        command=command,
        origin=letter.origin,
        software=SOFTWARE,
    )


def _event(value: bytes) -> ConsentEvent | None:
    """The event, where the bytes are a valid one: the reason of the rejection may have been elsewhere."""
    try:
        return decode(ConsentEvent, value)
    except DataError:
        return None
