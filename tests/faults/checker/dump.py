"""Reads out of Kafka what a checker needs of it, committed records only, into the run's directory."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic_core import to_json

from checker.avro import decode
from checker.tokens import pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from pathlib import Path

    _Places = Sequence[TopicPartition]

EVENTS, AUDIT, DEAD, REQUESTS = "consent.events", "consent.audit", "consent.dead-letter", "consent.requests"
_DELIVERIES, _LANE_STATE = "consent.deliveries.", "consent.lane-state."
_OURS = "consent."
_POLL_MS = 500
_DECIDED_LIMIT_S, _LOOK_S = 60.0, 0.1
_FROM = "consent-relay-from"


async def dump(bootstrap: str, run: Path, lanes: Iterable[str] = ()) -> None:
    """Write events, audit, dead_letters and requests as .jsonl, and topics/*.txt: what is readable in the others.

    lanes: of which also deliveries/*.jsonl and lane-state/*.jsonl are written.
    """
    async with _reader(bootstrap, "read_committed") as consumer:
        ours = await _topics(consumer)
        async with _reader(bootstrap, "read_uncommitted") as written:
            await _decided(consumer, written, [place for places in ours.values() for place in places])
        await _lines(consumer, ours[EVENTS], run / "events.jsonl", _event)
        await _lines(consumer, ours[AUDIT], run / "audit.jsonl", partial(_decoded, name="audit_record"))
        await _lines(consumer, ours[DEAD], run / "dead_letters.jsonl", partial(_decoded, name="dead_letter"))
        await _lines(consumer, ours[REQUESTS], run / "requests.jsonl", partial(_kept, name="request"))
        for lane in lanes:
            at, state = run / "deliveries" / f"{lane}.jsonl", run / "lane-state" / f"{lane}.jsonl"
            await _lines(consumer, ours[_DELIVERIES + lane], at, partial(_decoded, name="delivery"))
            await _lines(consumer, ours[_LANE_STATE + lane], state, partial(_kept, name="lane_entry"))
        (run / "topics").mkdir(exist_ok=True)
        for topic in sorted(ours.keys() - {EVENTS}):
            await _readable(consumer, ours[topic], run / "topics" / f"{topic}.txt")


def _reader(bootstrap: str, level: str) -> Any:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level=level, enable_auto_commit=False, check_crcs=False
    )


async def _decided(consumer: Any, written: Any, places: _Places) -> None:
    """Wait until every transaction is: a commit is answered a moment before readers may see what is in it.

    What is never decided is left out, and missed by the judge.
    """
    ends = await written.end_offsets(places)
    with suppress(TimeoutError):
        async with asyncio.timeout(_DECIDED_LIMIT_S):
            while True:
                if await consumer.end_offsets(places) == ends:
                    return
                await asyncio.sleep(_LOOK_S)


async def _lines(consumer: Any, topic: _Places, path: Path, line: Callable[[Any], dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        async for record in _all(consumer, topic):
            place = {"partition": record.partition, "offset": record.offset, "timestamp": record.timestamp}
            file.write(to_json({**place, **line(record)}) + b"\n")


def _event(record: Any) -> dict[str, Any]:
    value = None if record.value is None else base64.b64encode(record.value).decode()
    line: dict[str, Any] = {"value": value, "event": decode("consent_event", record.value)}
    for name, said in record.headers:
        if name == _FROM:
            _, partition, offset, at = said.decode().split("|")
            line |= {"first": [int(partition), int(offset)], "first_at": int(at)}
    return dict(_without_bytes(line))


def _decoded(record: Any, name: str) -> dict[str, Any]:
    return {"record": _without_bytes(decode(name, record.value))}


def _kept(record: Any, name: str) -> dict[str, Any]:
    key = record.key.decode()
    bookmark = decode("bookmark", record.value) if key == "!offset" else None
    return {"key": key, "bookmark": bookmark, "record": _without_bytes(decode(name, record.value))}


def _without_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_bytes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_bytes(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


async def _readable(consumer: Any, topic: _Places, path: Path) -> None:
    found: set[bytes] = set()
    async for some in _each(consumer, topic):  # many at once: most of what is readable in one is in all of them
        parts = (part for one in some for part in (one.key, one.value, *(said for _, said in one.headers)))
        found |= pieces(b"\n".join(part or b"" for part in parts))
    path.write_bytes(b"\n".join(sorted(found)) + b"\n")


async def _all(consumer: Any, places: _Places) -> AsyncIterator[Any]:
    """Every committed record of a topic as it is now, each partition in its order."""
    async for some in _each(consumer, places):
        for record in some:
            yield record


async def _each(consumer: Any, places: _Places) -> AsyncIterator[list[Any]]:
    """The same, many at once."""
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    ends = await consumer.end_offsets(places)
    while [place for place in places if await consumer.position(place) < ends[place]]:
        for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            yield records


async def _topics(consumer: Any) -> dict[str, _Places]:
    cluster = await consumer._client.fetch_all_metadata()  # the public call drops the partitions
    ours = [topic for topic in cluster.topics() if topic.startswith(_OURS)]
    return {topic: [TopicPartition(topic, n) for n in sorted(cluster.partitions_for_topic(topic))] for topic in ours}
