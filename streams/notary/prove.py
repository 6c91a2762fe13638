"""Collecting a proof of what the audit says of one person."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from processors.notarising.checking import check, policies_of
from processors.notarising.note import Checkpoint, opened
from processors.notarising.proofs import Subtrees, consistency_ranges, inclusion_ranges
from schemas.audit_proof import FORMAT, AuditProof, Header, ProvenPartition, ProvenRecord
from schemas.codec import decode
from schemas.errors import NotProven
from schemas.records import AuditRecord
from schemas.version import SOFTWARE
from streams import topics
from streams.logs import scan
from streams.notary.beginning import beginning, listed
from streams.notary.heads import head_in
from streams.notary.keys import origin_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aiokafka import ConsumerRecord

    from streams.settings import Settings


class _Found(NamedTuple):
    """A record and its number in the partition."""

    number: int
    record: ConsumerRecord


class _Signed(NamedTuple):
    note: str
    checkpoint: Checkpoint


async def prove(settings: Settings, keys: Collection[bytes], controller: str, person: str, at: int) -> AuditProof:
    """All records of a pid that are under a head, each with its proof. at: µs since 1970.

    Raises:
        NotProven: none is, or the heads don't fit the log: see `audit verify`.
        SetupError, TopicsError

    """
    parts, unsigned = list[ProvenPartition](), 0
    for partition, found in sorted((await _records_of(settings, person)).items()):
        first, newest = await _heads(settings, keys, partition, found[-1].number)
        covered = [one for one in found if newest and one.number < newest.checkpoint.size]
        unsigned += len(found) - len(covered)
        if first and newest and covered:
            parts.append(await _part(settings, partition, covered, first, newest))
    if not parts:
        raise NotProven("no record of this person is under a signed head yet: ask again in a minute")
    records = [decode(AuditRecord, record.value or b"") for part in parts for record in part.records]
    proof = AuditProof(
        format=FORMAT,
        controller=controller,
        pid=person,
        at=at,
        software=SOFTWARE,
        policies=policies_of(records),
        unsigned=unsigned,
        partitions=tuple(parts),
    )
    check(proof, keys)
    return proof


async def _records_of(settings: Settings, person: str) -> dict[int, list[_Found]]:
    """By partition; what was met elsewhere before it was forwarded is there. Numbers count what was deleted, too."""
    sizes, found, key = defaultdict[int, int](int), defaultdict[int, list[_Found]](list), person.encode()
    async for record in scan(settings, topics.AUDIT):
        if record.key == key:
            found[record.partition].append(_Found(sizes[record.partition], record))
        sizes[record.partition] += 1
    deleted = {partition: (await beginning(settings, topics.AUDIT, partition)).number for partition in found}
    return {
        partition: [_Found(deleted[partition] + one.number, one.record) for one in those]
        for partition, those in found.items()
    }


async def _heads(
    settings: Settings, keys: Collection[bytes], partition: int, last: int
) -> tuple[_Signed | None, _Signed | None]:
    """The first head that covers number `last`, or else the newest, and the newest: it is the largest of all."""
    first: _Signed | None = None
    newest: _Signed | None = None
    origin = origin_of(settings.required("cluster_prefix"), partition)
    async for record in scan(settings, topics.CHECKPOINTS, partitions=[partition]):
        head = head_in(record)
        try:
            signed = _Signed(head.note, opened(head.note, keys, origin))
        except NotProven as error:
            raise NotProven(f"{head.where} {error}") from None
        if newest is None or signed.checkpoint.size >= newest.checkpoint.size:
            newest = signed
        if first is None and newest.checkpoint.size > last:
            first = newest
    return first or newest, newest


async def _part(
    settings: Settings, partition: int, found: Sequence[_Found], first: _Signed, newest: _Signed
) -> ProvenPartition:
    """The hashes come from the heads' own lists, which is a twentieth of reading all records again."""
    head, last = first.checkpoint, newest.checkpoint
    paths = {one.number: inclusion_ranges(one.number, head.size) for one in found}
    growth = consistency_ranges(head.size, last.size)
    tree = Subtrees([*growth, *(place for ranges in paths.values() for place in ranges)])
    proven: dict[int, list[bytes]] = {}
    async for leaf in listed(scan(settings, topics.CHECKPOINTS, partitions=[partition])):
        if tree.size < last.size:
            tree.add(leaf)
        if tree.size == head.size and not proven:
            proven = {index: tree.path(ranges) for index, ranges in paths.items()}
    if tree.size != last.size or tree.root() != last.root:
        raise NotProven(f"the heads of partition {partition} don't fit together: run `consent-relay audit verify`")
    return ProvenPartition(
        partition=partition,
        checkpoint=first.note,
        newest=newest.note,
        consistency=tuple(tree.path(growth)),
        records=tuple(_proven(one, proven[one.number]) for one in found),
    )


def _proven(found: _Found, path: Sequence[bytes]) -> ProvenRecord:
    record = found.record
    return ProvenRecord(
        index=found.number,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(Header(name=name, value=value) for name, value in record.headers),
        path=tuple(path),
    )
