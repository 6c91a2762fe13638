"""What a vendor answered is told by a hash that only the relay can make, as an answer may be the person's address."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import HandClock, Lane, Wire
from vendor_support import EMAIL, instruction

from processors.engine.connect import connectors
from processors.vendors.base import Reply, Result
from schemas.connections import parse_config
from schemas.errors import VendorRefused
from schemas.ids import answer_hash

if TYPE_CHECKING:
    from processors.engine.run import Connector

PEPPER = b"pepper" * 8
TABLE = {
    "controller": "c",
    "adapter": "sendgrid",
    "serves": ["r"],
    "mode": "live",
    "options": {"groups": {"news": 7}},
    "secrets": {"token": "t"},
}
NAMING = json.dumps({"recipient_emails": [EMAIL]}, separators=(",", ":")).encode()
LISTED = json.dumps([EMAIL], separators=(",", ":")).encode()


def sendgrid(reply: Reply, **more: Any) -> Connector:
    config = parse_config({"controllers": {"c": {"policy": "p"}}, "connections": {"one": TABLE}}, "test")
    made = connectors(config, str, Wire(lambda _: reply), clock=HandClock(), **more)["one"]
    made.limiter.hold(0, 1, new=True)
    return made


def by_the_pepper(body: bytes) -> str:
    """As docs/audit.md tells how to make it."""
    bare = hashlib.sha256(body).hexdigest()
    said = b"\x00\x00\x00\x06answer\x00\x00\x00\x40" + bare.encode()
    return hmac.digest(PEPPER, said, "sha256").hex()


WITHDRAW = instruction("withdraw", all_purposes=True)


@pytest.mark.parametrize("status", [201, 400])
async def test_no_outcome_has_a_hash_that_finds_the_address(status: int) -> None:
    connector = sendgrid(Reply(status, {}, NAMING), keyed=partial(answer_hash, PEPPER))
    came = (await Lane().carry_out(connector, [WITHDRAW]))["d1"]
    told = came.evidence if isinstance(came, Result) else came
    assert isinstance(came, Result if status == 201 else VendorRefused)
    assert told is not None
    assert told.response_sha256 == by_the_pepper(NAMING)


async def test_no_answer_to_a_question_has_one_either() -> None:
    connector = sendgrid(Reply(200, {}, LISTED), keyed=partial(answer_hash, PEPPER))
    said = (await connector.ask("person", [instruction("withdraw")], permit=Lane().permit))["d1"]
    assert isinstance(said, Result)
    assert said.outcome == "verified"
    assert said.evidence is not None
    assert said.evidence.response_sha256 == by_the_pepper(LISTED)


async def test_without_a_key_hashes_tell_nobody_anything() -> None:
    hashes = set()
    for connector in (sendgrid(Reply(201, {}, NAMING)) for _ in range(2)):
        came = (await Lane().carry_out(connector, [WITHDRAW]))["d1"]
        assert isinstance(came, Result)
        assert came.evidence is not None
        hashes.add(came.evidence.response_sha256)
    assert len(hashes - {hashlib.sha256(NAMING).hexdigest(), None}) == 2
