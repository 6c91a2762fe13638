"""The judge names the first record that is not as signed: for any log, any heads, any change of one record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notary_support import KEY, PUBLIC

from processors.notarising.findings import Finding, Leaf
from processors.notarising.judging import Head, Judge
from processors.notarising.note import Checkpoint, sign
from processors.notarising.tree import Edge, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

ORIGIN = "tests.consent-relay/audit/0"
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=5)


def log(size: int) -> list[Leaf]:
    """Every second offset is a marker's."""
    return [Leaf(leaf_hash(str(number).encode()), 2 * number, 1000) for number in range(size)]


def heads(leaves: Sequence[Leaf], steps: Sequence[int]) -> list[Head]:
    edge, made = Edge(), list[Head]()
    for number, step in enumerate(steps):
        new = [leaf.hash for leaf in leaves[edge.size : edge.size + step]]
        start = edge.size
        edge.add_all(new)
        note = sign(Checkpoint(ORIGIN, edge.size, edge.root()), KEY)
        made.append(Head(note, f"checkpoints@{number}", start, b"".join(new)))
    return made


def judged(found: Sequence[Leaf], signed: Sequence[Head]) -> Judge:
    """As `audit verify` goes about it."""
    judge = Judge(0, ORIGIN, [PUBLIC])
    for number, head in enumerate(signed):
        claim = judge.claim(head)
        if claim is None:
            break
        if not judge.holds(claim, found[judge.size : claim.size]):
            ahead = judge.claim(signed[number + 1]) if number + 1 < len(signed) else None
            if judge.finding is None:
                judge.name(claim, found[judge.size :], ahead)
            break
    return judge


def finding(found: Sequence[Leaf], signed: Sequence[Head]) -> Finding:
    judge = judged(found, signed)
    assert judge.finding is not None
    return judge.finding


@given(SIZES)
def test_a_log_as_it_was_signed_is_good(steps: list[int]) -> None:
    leaves = log(sum(steps))
    judge = judged([*leaves, *log(3)], heads(leaves, steps))
    assert (judge.finding, judge.size, judge.heads) == (None, sum(steps), len(steps))


def changed(how: str, leaves: list[Leaf], index: int, other: int) -> list[Leaf]:
    strange = Leaf(leaf_hash(b"strange"), leaves[index].offset, 1000)
    match how:
        case "flip":
            return [*leaves[:index], strange, *leaves[index + 1 :]]
        case "drop":
            return [*leaves[:index], *leaves[index + 1 :]]
        case "add":
            return [*leaves[:index], strange, *leaves[index:]]
        case "swap":
            leaves = list(leaves)
            leaves[index], leaves[other] = leaves[other], leaves[index]
            return leaves
        case _:
            return leaves[:index]


WORDS = {"flip": "altered", "drop": "missing", "add": "added", "swap": "swapped", "truncate": "missing"}


@given(st.data(), SIZES, st.sampled_from(sorted(WORDS)))
def test_one_change_is_named_at_its_exact_record(data: st.DataObject, steps: list[int], how: str) -> None:
    leaves = log(sum(steps))
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(index, min(len(leaves) - 1, index + 3)))
    if how == "swap" and index == other:
        return
    found = changed(how, leaves, index, other)
    told = finding(found, heads(leaves, steps))
    assert told.index == index
    assert told.offset == (found[index].offset if index < len(found) else None)
    seen = sum(steps[:1])
    for step in steps[1:]:
        if seen > index:
            break
        seen += step
    if how != "swap" or other < seen:  # what went further away than the lists reach is named as altered
        assert told.what == WORDS[how]


@given(SIZES, st.data())
def test_without_a_list_that_holds_the_records_between_two_heads_are_named(
    steps: list[int], data: st.DataObject
) -> None:
    leaves = log(sum(steps))
    index = data.draw(st.integers(0, len(leaves) - 1))
    bare = [replace(head, leaves=b"\x00" * len(head.leaves or b"")) for head in heads(leaves, steps)]
    told = finding(changed("flip", leaves, index, 0), bare)
    assert (told.what, told.index is not None and told.index <= index <= (told.until or 0)) in {
        ("range", True),
        ("head", False),  # of the segments before, it is the list that is wrong
    }


@pytest.mark.parametrize(
    ("number", "change", "says"),
    [
        (1, {"note": "nothing"}, "no signed note"),
        (1, {"leaves": b"\x01" * 96}, "the list of leaves at checkpoints@1 was altered"),
        (2, {"note": None}, "comes after one of"),
    ],
)
def test_a_head_that_was_changed_is_named(number: int, change: dict[str, Any], says: str) -> None:
    leaves = log(9)
    signed = heads(leaves, [3, 3, 3])
    if change.get("note", "") is None:
        change = {"note": signed[0].note}
    signed[number] = replace(signed[number], **change)
    told = finding(leaves, signed)
    assert told.what == "head"
    assert says in told.text


def test_a_head_that_was_taken_away_is_noticed() -> None:
    leaves = log(9)
    first, _, third = heads(leaves, [3, 3, 3])
    assert "from number 3 on is missing" in finding(leaves, [first, third]).text


def test_who_signs_another_history_later_is_found_by_the_witness() -> None:
    """With the key stolen, log and heads can be made anew; a head that somebody else keeps can't."""
    leaves = log(6)
    (witnessed,) = heads(leaves, [6])
    forged = changed("flip", leaves, 2, 0)
    assert judged(forged, heads(forged, [6])).finding is None
    told = finding(forged, [*heads(forged, [6]), replace(witnessed, leaves=None, where="witness:1")])
    assert (told.what, "witness:1 is of the same size" in told.text) == ("head", True)
