"""The broker's own log files, read as bytes: who wrote which batch, whatever any client thinks of it.

Source: Apache Kafka, "Record Batch", magic 2: https://kafka.apache.org/documentation/#recordbatch
"""

from __future__ import annotations

from collections import defaultdict
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEAD = Struct(">qiibIhiqqqhii")
_BEFORE_LENGTH = 12
_TRANSACTIONAL, _CONTROL = 0x10, 0x20
_ONE_WRITER = ("consent.state-", "consent.requests-", "consent.lane-state.")
_WRITTEN = (*_ONE_WRITER, "consent.deliveries.", "consent.audit-", "consent.dead-letter-")


class Batch(NamedTuple):
    """producer: the broker's number for one transactional id; epoch: grows with each owner of that id."""

    offset: int
    producer: int
    epoch: int
    transactional: bool


def batches(partition: Path) -> Iterator[Batch]:
    """Those with records, aborted ones as well, in their order; `partition`: its directory."""
    for segment in sorted(partition.glob("*.log")):
        data, at = segment.read_bytes(), 0
        while at + _HEAD.size <= len(data):
            offset, length, *_, flags, _, _, _, producer, epoch, _, _ = _HEAD.unpack_from(data, at)
            if not flags & _CONTROL:
                yield Batch(offset, producer, epoch, bool(flags & _TRANSACTIONAL))
            at += _BEFORE_LENGTH + length


def owners(log_dir: Path) -> dict[str, int]:
    """How often each partition with a state has changed hands."""
    return {place.name: len({batch.epoch for batch in batches(place)}) for place in _partitions(log_dir, _ONE_WRITER)}


def strangers(log_dir: Path) -> list[str]:
    """What was written by somebody whom the broker could not keep out, or after somebody else had taken over."""
    return [said for place in _partitions(log_dir, _WRITTEN) for said in _wrong(place)]


def _wrong(place: Path) -> Iterator[str]:
    newest: dict[int, int] = defaultdict(int)
    for batch in batches(place):
        if not batch.transactional:
            yield f"{place.name}@{batch.offset}: outside any transaction"
        if batch.epoch < newest[batch.producer]:
            yield f"{place.name}@{batch.offset}: epoch {batch.epoch} of one that was replaced"
        newest[batch.producer] = max(newest[batch.producer], batch.epoch)
    if place.name.startswith(_ONE_WRITER) and len(newest) > 1:
        yield f"{place.name}: {len(newest)} transactional ids"


def _partitions(log_dir: Path, names: tuple[str, ...]) -> list[Path]:
    return sorted(path for path in log_dir.iterdir() if path.is_dir() and path.name.startswith(names))
