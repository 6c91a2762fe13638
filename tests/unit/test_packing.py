"""What is packed comes back the same, field by field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from contract_support import a_few, records
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import CONTRACTS, encode
from schemas.kept import as_json
from schemas.packing import as_dict, packer, plain
from schemas.records import Delivery
from schemas.request import Request
from schemas.state import SubjectState

if TYPE_CHECKING:
    from schemas.contract import Record


@a_few
@given(data=st.data())
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_comes_back(contract: type[Record], data: st.DataObject) -> None:
    record = data.draw(records(contract))
    packs = packer(contract)
    back = packs.unpack(packs.pack(record))
    assert back == record
    assert encode(back) == encode(record)


@a_few
@given(record=records(Delivery))
def test_fields_come_back_in_the_contracts_order(record: Delivery) -> None:
    """So that what is written of them has one order."""
    shuffled = record.model_copy(update={"pid": record.pid})
    shuffled.__dict__["pid"] = shuffled.__dict__.pop("pid")
    packs = packer(Delivery)
    assert list(packs.unpack(packs.pack(shuffled)).__dict__) == list(Delivery.model_fields)


@a_few
@given(request=records(Request), state=records(SubjectState))
def test_a_row_is_written_as_its_record_would_be(request: Request, state: SubjectState) -> None:
    """But for what is left out of it, wherever that stands."""
    row = packer(Request).to_row(request)
    assert as_json(plain(Request)(row)) == as_json(request)
    whole = json.loads(as_json(state))
    for one in (*whole["identities"], *whole["retained"]):
        del one["sealed"]
    assert json.loads(as_json(as_dict(state, frozenset({"sealed"})))) == whole
