"""The tree and its proofs: the shared vectors of Certificate Transparency; RFC 9162's definitions for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.notarising.proofs import Subtrees, consistency_ranges, extends, includes, inclusion_ranges
from processors.notarising.tree import EMPTY_ROOT, Edge, leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

# The leaves and hashes that the test suites of Certificate Transparency share (transparency-dev/merkle, RFC 6962).
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 1): (),
    (0, 2): ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",),
    (1, 2): ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): INCLUSION[0, 8],
    (2, 5): INCLUSION[1, 5][1:],
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
SIZES = st.integers(1, 70)


def some(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(root_of(leaves[:middle]), root_of(leaves[middle:]))


def path(leaves: Sequence[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    tree = Subtrees(ranges)
    tree.add_all(leaves)
    assert tree.root() == root_of(leaves)
    return tree.path(ranges)


def test_the_roots_are_those_of_certificate_transparency() -> None:
    edge = Edge()
    assert edge.root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        edge.add(leaf)
        assert edge.root().hex() == root


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    made = path(LEAVES[:size], inclusion_ranges(index, size))
    assert tuple(one.hex() for one in made) == INCLUSION[index, size]
    assert includes(index, size, LEAVES[index], made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_paths_are_those_of_certificate_transparency(old: int, new: int) -> None:
    made = path(LEAVES[:new], consistency_ranges(old, new))
    assert tuple(one.hex() for one in made) == CONSISTENCY[old, new]
    assert extends(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), made)


@given(SIZES, st.data())
def test_an_edge_that_was_stored_goes_on_as_if_it_had_not_been(size: int, data: st.DataObject) -> None:
    leaves, kept = some(size), data.draw(st.integers(0, size))
    before = Edge().add_all(leaves[:kept])
    assert Edge(before.size, before.hashes).add_all(leaves[kept:]).root() == root_of(leaves)


@given(SIZES, st.data())
def test_every_leaf_is_proven_and_no_other_in_its_place(size: int, data: st.DataObject) -> None:
    leaves, index = some(size), data.draw(st.integers(0, size - 1))
    made, root = path(leaves, inclusion_ranges(index, size)), root_of(leaves)
    assert includes(index, size, leaves[index], made, root)
    other = data.draw(st.integers(0, size).filter(lambda number: number != index))
    assert not includes(index, size, leaf_hash(bytes([other])), made, root)
    assert not includes(other, size, leaves[index], made, root)
    assert not includes(index, size, leaves[index], [*made, root], root)
    assert not made or not includes(index, size, leaves[index], made[:-1], root)


@given(SIZES, st.data())
def test_a_tree_that_grew_is_proven_and_one_that_was_changed_is_not(size: int, data: st.DataObject) -> None:
    leaves, old = some(size), data.draw(st.integers(1, size))
    made, was, root = path(leaves, consistency_ranges(old, size)), root_of(leaves[:old]), root_of(leaves)
    assert extends(old, size, was, root, made)
    changed = [leaf_hash(b"changed"), *leaves[1:]]
    assert old == size or not extends(old, size, was, root_of(changed), path(changed, consistency_ranges(old, size)))
    assert not extends(old, size, root_of(changed[:old]), root, made)
    assert not extends(old, size, was, root, [*made, root])
    assert not made or not extends(old, size, was, root, made[:-1])


@pytest.mark.parametrize(("size", "hashes"), [(1, []), (2, [b"a" * 32, b"b" * 32]), (-1, [b"a" * 32])])
def test_what_is_no_edge_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="are no edge"):
        Edge(size, hashes)
