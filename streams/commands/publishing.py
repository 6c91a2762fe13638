"""Lines of events into `consent.events`, chunk by chunk: after each chunk it is known what the broker has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka.errors import KafkaError

from schemas.codec import encode
from schemas.errors import DataError, OversizeRecord
from streams import topics
from streams.commands.lines import Line, new_event_id, read_lines
from streams.outbox import Out

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedIOBase

    from aiokafka import AIOKafkaProducer
    from aiokafka.structs import RecordMetadata

    from schemas.events import ConsentEvent

CHUNK_BYTES = 262_144


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


async def publish_all(producer: AIOKafkaProducer, lines: Iterable[Line], home: Callable[[str], int]) -> list[Fate]:
    """Publish a chunk in order and wait for every receipt. Nothing is sent after the broker failed once."""
    begun: list[tuple[Line, asyncio.Future[RecordMetadata] | DataError | KafkaError]] = []
    gone: KafkaError | None = None
    for line in lines:
        receipt = gone or await _begin(producer, line, home)
        gone = receipt if isinstance(receipt, KafkaError) else None
        begun.append((line, receipt))
    return [await _fate(line, receipt) for line, receipt in begun]


async def _begin(
    producer: AIOKafkaProducer, line: Line, home: Callable[[str], int]
) -> asyncio.Future[RecordMetadata] | DataError | KafkaError:
    event = line.got
    if isinstance(event, DataError):
        return event
    out = Out(topics.EVENTS, home(event.subject_id), event.subject_id.encode(), encode(event))
    try:
        out.check_size()
        receipt: asyncio.Future[RecordMetadata] = await producer.send(
            out.topic, out.value, key=out.key, partition=out.partition
        )
    except OversizeRecord as error:
        return OversizeRecord(error.message, field=_largest(event))
    except KafkaError as error:
        return error
    return receipt


async def _fate(line: Line, receipt: asyncio.Future[RecordMetadata] | DataError | KafkaError) -> Fate:
    if isinstance(receipt, DataError | KafkaError):
        return Fate(line, error=receipt)
    try:
        written = await receipt
    except KafkaError as error:
        return Fate(line, error=error)
    return Fate(line, written.partition, written.offset)


def _largest(event: ConsentEvent) -> str:
    """The field to mend when an event is too large."""
    sizes: dict[str, Any] = {name: len(str(value)) for name, value in event.model_dump().items()}
    return max(sizes, key=sizes.__getitem__)
