"""Checking a proof with nothing but public keys."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processors.notarising.leaf import leaf_of
from processors.notarising.note import claimed, opened
from processors.notarising.proofs import extends, includes
from schemas.codec import decode
from schemas.errors import DataError, NotProven
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.audit_proof import AuditProof, ProvenPartition, ProvenRecord
    from schemas.contract import PolicyRef


def check(proof: AuditProof, keys: Collection[bytes]) -> list[AuditRecord]:
    """The person's records, each of which is under a signed head; of the rest of the proof, only what they say.

    Each stands there once, in the order in which it was written, and all are of one log. Whatever names a company
    names the same: what was redriven, or forwarded before the company was known, names none.

    Raises:
        NotProven: naming the first record or head that isn't, or there is no record at all.

    """
    numbers = [part.partition for part in proof.partitions]
    if len(set(numbers)) < len(numbers):
        raise NotProven("holds a partition twice")
    records = [record for part in proof.partitions for record in _check_partition(part, proof.pid, keys)]
    if not records:
        raise NotProven("holds no record: it proves nothing")
    if len({origin.rpartition("/")[0] for origin in origins(proof)}) > 1:
        raise NotProven(f"is of several logs: {', '.join(origins(proof))}")
    if {record.controller for record in records} - {None} != {proof.controller}:
        raise NotProven("the company that is named is not that of the records")
    if policies_of(records) != proof.policies:
        raise NotProven("the policies that are named are not those of the records")
    return records


def origins(proof: AuditProof) -> list[str]:
    """The trees that the heads are of, as these say."""
    return [claimed(part.checkpoint)[0].origin for part in proof.partitions]


def policies_of(records: Collection[AuditRecord]) -> tuple[PolicyRef, ...]:
    """Every policy that was applied, in the order of the records."""
    return tuple(dict.fromkeys(record.policy for record in records if record.policy))


def _check_partition(part: ProvenPartition, pid: str, keys: Collection[bytes]) -> list[AuditRecord]:
    where = f"partition {part.partition}"
    try:
        head, newest = opened(part.checkpoint, keys), opened(part.newest, keys)
    except NotProven as error:
        raise NotProven(f"{where}: a head {error}") from None
    if head.origin != newest.origin or not extends(head.size, newest.size, head.root, newest.root, part.consistency):
        raise NotProven(f"{where}: the newest head is not of a tree that has only grown")
    if head.origin.rpartition("/")[2] != str(part.partition):
        raise NotProven(f"{where}: the heads are of {head.origin}")
    for record in part.records:
        leaf = leaf_of(record.timestamp, record.key, record.value, [(h.name, h.value) for h in record.headers])
        if not includes(record.index, head.size, leaf, record.path, head.root):
            raise NotProven(f"{where}: record {record.index} (offset {record.offset}) is not in the signed tree")
    if any(one.index >= other.index for one, other in pairwise(part.records)):
        raise NotProven(f"{where}: a record stands there twice, or before an older one")
    return [_decoded(record, pid, where) for record in part.records]


def _decoded(record: ProvenRecord, pid: str, where: str) -> AuditRecord:
    try:
        decoded = decode(AuditRecord, record.value or b"")
    except DataError:
        raise NotProven(
            f"{where}: record {record.index} can't be read, a newer release may have written it"
        ) from None
    if decoded.pid != pid:
        raise NotProven(f"{where}: record {record.index} is another person's")
    return decoded
