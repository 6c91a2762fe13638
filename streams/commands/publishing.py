"""Lines of events into `consent.events`, chunk by chunk: after each chunk it is known what the broker has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka.errors import KafkaError, KafkaTimeoutError

from schemas.codec import encode
from schemas.errors import DataError, OversizeRecord
from streams import topics
from streams.commands.lines import Line, new_event_id, read_lines
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedIOBase

    from aiokafka import AIOKafkaProducer
    from aiokafka.structs import RecordMetadata

    from schemas.events import ConsentEvent

    Receipt = asyncio.Future[RecordMetadata]

CHUNK_BYTES = 262_144
RECEIPT_LIMIT_S = 30.0


class Fate(NamedTuple):
    """What became of one line: the broker has it at `partition` and `offset`, or `error` says why not.

    error: a DataError where the line is wrong; a KafkaError where the broker gave no receipt: it may have the event
    all the same.
    """

    line: Line
    partition: int | None = None
    offset: int | None = None
    error: DataError | KafkaError | None = None


def chunks(source: str, file: BufferedIOBase) -> Iterator[tuple[int, list[Line]]]:
    """Whole lines as they come in, and how many bytes were read for them: a slow pipe is not waited for."""
    count, rest = 0, b""
    while data := file.read1(CHUNK_BYTES):
        *whole, rest = (rest + data).split(b"\n")
        yield len(data), _numbered(source, whole, count)
        count += len(whole)
    yield 0, _numbered(source, [rest], count)


def _numbered(source: str, lines: list[bytes], before: int) -> list[Line]:
    return [line._replace(number=line.number + before) for line in read_lines(source, lines, new_event_id)]


async def publish_all(
    producer: AIOKafkaProducer, lines: Iterable[Line], home: Callable[[str], int], limit_s: float = RECEIPT_LIMIT_S
) -> list[Fate]:
    """Publish a chunk in order and wait for the receipts. Nothing is sent after the broker failed once.

    limit_s: how long a receipt is waited for, as the client itself would try for ever.
    """
    begun: list[tuple[Line, Receipt | DataError | KafkaError]] = []
    gone: KafkaError | None = None
    for line in lines:
        receipt = gone or await _begin(producer, line, home, limit_s)
        gone = receipt if isinstance(receipt, KafkaError) else None
        begun.append((line, receipt))
    waiting = [receipt for _, receipt in begun if isinstance(receipt, asyncio.Future)]
    if waiting:
        await asyncio.wait(waiting, timeout=limit_s)
    return [_fate(line, receipt) for line, receipt in begun]


async def _begin(
    producer: AIOKafkaProducer, line: Line, home: Callable[[str], int], limit_s: float
) -> Receipt | DataError | KafkaError:
    event = line.got
    if isinstance(event, DataError):
        return event
    out = Out(topics.EVENTS, home(event.subject_id), event.subject_id.encode(), encode(event))
    try:
        out.check_size()
        async with asyncio.timeout(limit_s):
            receipt: Receipt = await producer.send(out.topic, out.value, key=out.key, partition=out.partition)
    except OversizeRecord as error:
        return OversizeRecord(error.message, field=_largest(event))
    except TimeoutError:
        return KafkaTimeoutError()
    except KafkaError as error:
        return error
    return receipt


def _fate(line: Line, receipt: Receipt | DataError | KafkaError) -> Fate:
    if isinstance(receipt, DataError | KafkaError):
        return Fate(line, error=receipt)
    if not receipt.done():
        return Fate(line, error=KafkaTimeoutError())
    error = receipt.exception()
    if isinstance(error, KafkaError):
        return Fate(line, error=error)
    written = receipt.result()
    return Fate(line, written.partition, written.offset)


def _largest(event: ConsentEvent) -> str:
    """The field to mend when an event is too large."""
    sizes: dict[str, Any] = {name: len(str(value)) for name, value in event.model_dump().items()}
    return max(sizes, key=sizes.__getitem__)
