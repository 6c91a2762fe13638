"""A person's proof, as somebody checks it who has nothing but the file and the public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closing_support import PID, planned, record
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.notarising.checking import check
from processors.notarising.leaf import leaf_of
from processors.notarising.note import Checkpoint, sign
from processors.notarising.proofs import Subtrees, consistency_ranges, inclusion_ranges
from schemas.audit_proof import FORMAT, AuditProof, ProvenPartition, ProvenRecord
from schemas.codec import encode
from schemas.contract import PolicyRef
from schemas.errors import NotProven

if TYPE_CHECKING:
    from schemas.records import AuditRecord

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
MINE, COVERED, GROWN = 1, 3, 5
"""Number of the person's record; leaves of the first head that covers it, and of the newest."""
POLICY = PolicyRef(id="oomnis", version="1", sha256="0" * 64, text_sha256="1" * 64)
TOLD = planned().model_copy(update={"policy": POLICY})


def part(
    told: AuditRecord = TOLD, partition: int = 3, signer: Ed25519PrivateKey = KEY, **other: Any
) -> ProvenPartition:
    """One record, proven. `other`: what stands in it afterwards, in another's place."""
    value = encode(told)
    leaves = [leaf_of(number, b"k", value if number == MINE else b"another", ()) for number in range(GROWN)]
    inclusion, growth = inclusion_ranges(MINE, COVERED), consistency_ranges(COVERED, GROWN)
    tree, notes, path = Subtrees([*inclusion, *growth]), list[str](), list[bytes]()
    for leaf in leaves:
        tree.add(leaf)
        if tree.size in {COVERED, GROWN}:
            notes.append(sign(Checkpoint(f"tests/audit/{partition}", tree.size, tree.root()), signer))
            path = path or tree.path(inclusion)
    mine = {"index": MINE, "offset": 9, "timestamp": MINE, "key": b"k", "value": value, "headers": (), "path": path}
    return ProvenPartition(
        partition=3,
        checkpoint=notes[0],
        newest=notes[1],
        consistency=tuple(tree.path(growth)),
        records=(ProvenRecord(**{**mine, **other}),),
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
        (proof(part(partition=2)), "the heads are of tests/audit/2"),
        (proof(part().model_copy(update={"consistency": ()})), "only grown"),
        (proof(part(record("planned", pid="p1.bob", policy=POLICY))), "another person's"),
        (proof(part(), pid="p1.bob"), "another person's"),
        (proof(part(), controller="osome"), "company"),
        (proof(part(), policies=()), "policies"),
        (proof(part(TOLD.model_copy(update={"policy": None}))), "policies"),
    ],
)
def test_a_proof_that_was_changed_is_refused(given: AuditProof, says: str) -> None:
    with pytest.raises(NotProven, match=says):
        checked(given)


def test_a_head_by_another_key_is_refused() -> None:
    with pytest.raises(NotProven, match="signed by no known key"):
        checked(proof(part(signer=OTHER)))
