"""A person's proof, as somebody checks it who has nothing but the file and the public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import PID, planned, record
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.notarising.checking import check, origins
from processors.notarising.leaf import leaf_of
from processors.notarising.note import Checkpoint, sign
from processors.notarising.proofs import Subtrees, consistency_ranges, inclusion_ranges
from schemas.audit_proof import FORMAT, AuditProof, ProvenPartition, ProvenRecord
from schemas.codec import encode
from schemas.contract import PolicyRef
from schemas.errors import NotProven

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.records import AuditRecord

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
MINE, COVERED, GROWN = 1, 3, 5
"""Number of the person's record; leaves of the first head that covers it, and of the newest."""
POLICY = PolicyRef(id="oomnis", version="1", sha256="0" * 64, text_sha256="1" * 64)
TOLD = planned().changed(policy=POLICY)


def part(
    told: AuditRecord = TOLD,
    tree: str = "tests/audit/3",
    signer: Ed25519PrivateKey = KEY,
    numbers: Sequence[int] = (MINE,),
    **other: Any,
) -> ProvenPartition:
    """A record, proven at each of these numbers. `other`: what stands in it afterwards, in another's place."""
    value = encode(told)
    leaves = [leaf_of(number, b"k", value if number in numbers else b"another", ()) for number in range(GROWN)]
    inclusion, growth = {one: inclusion_ranges(one, COVERED) for one in numbers}, consistency_ranges(COVERED, GROWN)
    grown = Subtrees([*growth, *(place for ranges in inclusion.values() for place in ranges)])
    notes, paths = list[str](), dict[int, list[bytes]]()
    for leaf in leaves:
        grown.add(leaf)
        if grown.size in {COVERED, GROWN}:
            notes.append(sign(Checkpoint(tree, grown.size, grown.root()), signer))
            paths = paths or {one: grown.path(ranges) for one, ranges in inclusion.items()}
    common = {"offset": 9, "key": b"k", "value": value, "headers": ()}
    records = [{"index": one, "timestamp": one, "path": path, **common, **other} for one, path in paths.items()]
    return ProvenPartition(
        partition=3,
        checkpoint=notes[0],
        newest=notes[1],
        consistency=tuple(grown.path(growth)),
        records=tuple(ProvenRecord(**one) for one in records),
    )


def proof(*parts: ProvenPartition, **other: Any) -> AuditProof:
    given = {"controller": "oomnis", "pid": PID, "at": 0, "software": "tests", "policies": (POLICY,), "unsigned": 0}
    return AuditProof(format=FORMAT, partitions=parts, **{**given, **other})


def checked(given: AuditProof) -> list[AuditRecord]:
    """As it comes out of a file."""
    read = AuditProof.read(given.model_dump_json())
    assert read == given
    return check(read, [KEY.public_key().public_bytes_raw()])


def test_it_gives_the_records_back() -> None:
    assert checked(proof(part())) == [TOLD]
    several = proof(part(numbers=(0, 2)), part(tree="tests/audit/2").model_copy(update={"partition": 2}))
    assert checked(several) == [TOLD] * 3
    assert origins(several) == ["tests/audit/3", "tests/audit/2"]


def test_a_record_that_names_no_company_is_proven_beside_one_that_does() -> None:
    unnamed = TOLD.changed(kind="forwarded", controller=None)
    other = part(unnamed, tree="tests/audit/2").model_copy(update={"partition": 2})
    assert checked(proof(part(), other)) == [TOLD, unnamed]
    with pytest.raises(NotProven, match="company"):
        checked(proof(other))


TWICE = part().model_copy(update={"records": part().records * 2})
OF_ANOTHER_LOG = part(tree="staging/audit/2").model_copy(update={"partition": 2})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (proof(), "no record"),
        (proof(policies=()), "no record"),
        (proof(part(value=encode(planned(at=5)))), "record 1 .* is not in the signed tree"),
        (proof(part(timestamp=2)), "record 1 .* is not in the signed tree"),
        (proof(part(key=None)), "record 1 .* is not in the signed tree"),
        (proof(part(index=0)), "record 0 .* is not in the signed tree"),
        (proof(part(path=())), "record 1 .* is not in the signed tree"),
        (proof(part(tree="tests/audit/2")), "the heads are of tests/audit/2"),
        (proof(part().model_copy(update={"consistency": ()})), "only grown"),
        (proof(part(), part()), "a partition twice"),
        (proof(part(), part(tree="staging/audit/3")), "a partition twice"),
        (proof(part(), OF_ANOTHER_LOG), "several logs: tests/audit/3, staging/audit/2"),
        (proof(part(numbers=(2, 1))), "before an older one"),
        (proof(TWICE), "twice"),
        (proof(part(record("planned", pid="p1.bob", policy=POLICY))), "another person's"),
        (proof(part(), pid="p1.bob"), "another person's"),
        (proof(part(), controller="osome"), "company"),
        (proof(part(), policies=()), "policies"),
        (proof(part(TOLD.changed(policy=None))), "policies"),
    ],
)
def test_a_proof_that_was_changed_is_refused(given: AuditProof, says: str) -> None:
    with pytest.raises(NotProven, match=says):
        checked(given)


def test_a_head_by_another_key_is_refused() -> None:
    with pytest.raises(NotProven, match="signed by no known key"):
        checked(proof(part(signer=OTHER)))
