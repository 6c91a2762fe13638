"""How people are packed into calls, and what an error of a whole call means for each of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from vendor_support import instruction, vendor

from processors.engine.caller import build
from processors.vendors.base import Call
from processors.vendors.batches import NOT_UNDERSTOOD, TOO_LONG, packed, together
from processors.vendors.capability import Capability
from schemas.errors import (
    BatchRefused,
    MissingIdentity,
    VendorAuthRejected,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)

if TYPE_CHECKING:
    from processors.vendors.base import Instruction

SIZES = st.lists(st.integers(1, 9), max_size=20)


def sized(number: int) -> Instruction:
    return instruction("delete", emails=("x" * number,))


def size_of(one: Instruction) -> int:
    return len(one.identities[0].value)


@given(SIZES, st.integers(1, 5), st.none() | st.integers(1, 20))
@a_few
def test_nobody_is_lost_and_no_call_is_more_than_the_vendor_takes(
    sizes: list[int], most: int, room: int | None
) -> None:
    packs = packed(map(sized, sizes), Capability(batch=most, batch_bytes=room), size_of)
    assert [size_of(one) for pack in packs for one in pack] == sizes
    loads = [sum(map(size_of, pack)) for pack in packs]
    assert all(0 < len(pack) <= most for pack in packs)
    assert all(room is None or load <= room or len(pack) == 1 for pack, load in zip(packs, loads, strict=True))
    for (pack, load), (following, _) in pairwise(zip(packs, loads, strict=True)):
        is_full = room is not None and load + size_of(following[0]) > room
        assert is_full or len(pack) == most, "one more would have fitted"


def test_where_the_vendor_counts_no_bytes_nobody_is_weighed() -> None:
    def never(_: Instruction) -> int:
        raise AssertionError

    assert [len(pack) for pack in packed([sized(1)] * 5, Capability(batch=2), never)] == [2, 2, 1]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), min_size=1, max_size=5))
@a_few
def test_a_weight_is_never_less_than_the_place_in_a_json_list(emails: list[str]) -> None:
    one = instruction("delete", emails=tuple(emails), more=(("phone", "+4915112345678"),))
    body = build(Call("POST", "/", json=emails), "", {}, 1.0).body or b""
    assert vendor("zoho_crm").weight(one) >= len(body)  # with two brackets, and a comma and a space less


@pytest.mark.parametrize(
    "error",
    [
        VendorRefused("http_400", status=400, response_sha256="ab"),
        VendorRefused("http_413", status=413),
        VendorRefused("adapter_error"),
        VendorUnavailable(TOO_LONG, status=200),
        VendorUnavailable(NOT_UNDERSTOOD, status=200),
        VendorUnavailable("answer_is_no_json", status=413),
        MissingIdentity("email"),
    ],
)
def test_one_of_them_may_be_why_the_call_was_refused(error: VendorError) -> None:
    said = together(error)
    assert isinstance(said, BatchRefused)
    assert (said.reason, said.status, said.response_sha256) == (error.reason, error.status, error.response_sha256)


@pytest.mark.parametrize(
    "error",
    [
        VendorAuthRejected("http_401", status=401),
        VendorAuthRejected("http_403", status=403),
        VendorUnavailable("http_429", status=429, too_fast=True),
        VendorUnavailable("http_503", status=503),
        VendorUnavailable("timeout"),
        VendorUnavailable("unreachable"),
    ],
)
def test_what_would_hit_everybody_stays_what_it_is(error: VendorError) -> None:
    assert together(error) is error
