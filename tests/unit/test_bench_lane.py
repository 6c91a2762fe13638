from __future__ import annotations

import json
import tomllib
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bench.accounts import NOWHERE, relay_toml, write_accounts
from bench.contenders import outcomes
from bench.deletions import deletions, deliveries
from bench.rows import CALLS, LANE, ROWS
from bench.vendor.answers import BUSY, HANG, INSTANT, TOKEN, Answers, Requests
from bench.vendor.answers import CALLS as ASKED
from bench.vendor.process import Vendor, nobody
from bench.workload import desk, partitioner
from processors.engine.connect import connectors
from processors.engine.transport import Request, http_transport
from schemas.codec import decode, encode
from schemas.connections import load_config
from schemas.errors import VendorUnavailable
from schemas.records import AuditRecord, Delivery
from streams import topics
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from streams.outbox import Out

MANY = 60
AT = 1_780_000_000_000_000


@pytest.fixture(scope="module")
def made() -> list[Out]:
    return list(deliveries(MANY, desk(relay_toml({LANE: NOWHERE}, 8)), AT))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handover")
    ROWS["lane"].load(MANY, path)
    return path


def test_each_deletion_is_of_another_person() -> None:
    assert len({event.subject_id for event in deletions(MANY)}) == MANY
    assert list(islice(deletions(MANY), 5)) == list(islice(deletions(MANY), 5))


def test_each_deletion_is_one_delivery_to_each_lane_at_home(made: list[Out]) -> None:
    home = partitioner("home")
    homes = Counter(home(event.subject_id) for event in deletions(MANY))
    assert Counter(out.partition for out in made) == homes
    assert {out.topic for out in made} == {topics.deliveries(LANE)}
    known = desk(relay_toml({"one": NOWHERE, "two": NOWHERE}, 8))
    both = Counter(out.topic for out in deliveries(MANY, known, AT))
    assert both == {topics.deliveries("one"): MANY, topics.deliveries("two"): MANY}


def test_an_adapter_finds_whom_to_delete_in_what_the_lane_opens(made: list[Out]) -> None:
    seals = desk().seals
    first = decode(Delivery, made[0].value or b"")
    types = {i.type for i in seals.open_identities(first.sealed, first.pid, first.event_id)}
    assert types == {"email", "ga_client_id"}


def test_a_bare_lane_calls_and_writes_what_ours_does(directory: Path, made: list[Out]) -> None:
    bare = outcomes.Outcomes(directory)
    assert bare.path.startswith("/analytics/")
    assert json.loads(bare.body)["id"]["type"] == "CLIENT_ID"
    assert bare.headers["content-type"] == "application/json"
    for out in made:
        delivery = decode(Delivery, out.value or b"")
        raw = bare.decode(out.value or b"")
        written = decode(AuditRecord, bare.outcome(raw, AT))
        assert (written.delivery_id, written.pid, written.origin) == (
            delivery.delivery_id,
            delivery.pid,
            delivery.origin,
        )
        assert written.outcome == "accepted"
        assert len(encode(written)) == pytest.approx((directory / "templates" / "outcome.avro").stat().st_size, abs=4)


def test_the_template_has_the_receipt_that_the_vendor_gives(directory: Path) -> None:
    outcome = decode(AuditRecord, (directory / "templates" / "outcome.avro").read_bytes())
    answer = (Answers().to(INSTANT) or b"").partition(b"\r\n\r\n")[2]
    assert outcome.evidence is not None
    assert outcome.evidence.job_id == json.loads(answer)["deletionRequestTime"]


def test_due_is_one_outcome_and_one_call_for_each_delivery(directory: Path, made: list[Out]) -> None:
    row = ROWS["lane"]
    assert row.due(made) == {"outcomes": MANY, "repeated outcomes": 0, "dead letters": 0, CALLS: MANY}
    bare = outcomes.Outcomes(directory)
    values = [bare.outcome(bare.decode(out.value or b""), AT) for out in made]
    once = [(topics.AUDIT, value) for value in values]
    found = row.found([*once, once[0], (topics.DEAD_LETTER, b"x")])
    assert found == {"outcomes": MANY, "repeated outcomes": 1, "dead letters": 1}


def test_requests_are_cut_out_of_bytes_that_come_in_any_pieces() -> None:
    one = b"POST /instant/a?b HTTP/1.1\r\nHost: x\r\ncontent-Length: 4\r\n\r\n\r\n\r\n"
    two = b"GET /calls HTTP/1.1\r\nHost: x\r\n\r\n"
    stream = one + two + one
    for size in (1, 7, len(stream)):
        requests = Requests()
        parts = [p for at in range(0, len(stream), size) for p in requests.feed(stream[at : at + size])]
        assert parts == [INSTANT, ASKED, INSTANT]


def test_the_vendor_counts_what_it_was_asked() -> None:
    answers = Answers()
    assert answers.to(HANG) is None
    assert b"Retry-After" in (answers.to(BUSY) or b"")
    answers.to(INSTANT)
    told = (answers.to(ASKED) or b"").partition(b"\r\n\r\n")[2]
    assert json.loads(told) == {HANG: 1, BUSY: 1, INSTANT: 1}


def test_answers_have_the_length_that_they_say() -> None:
    for part in (INSTANT, BUSY, TOKEN, ASKED, "else"):
        head, _, body = (Answers().to(part) or b"").partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head


async def test_the_accounts_make_connectors_with_no_limit_that_binds(tmp_path: Path) -> None:
    write_accounts(tmp_path, {"one": NOWHERE, "two": NOWHERE}, 32, Vendor(9, 1))
    config = load_config(tmp_path / "relay.toml")
    settings = Settings(secrets_dir=tmp_path / "secrets")
    async with http_transport() as transport:
        ready = connectors(config, settings.secret, transport)
    assert {name: one.connection.concurrency for name, one in ready.items()} == {"one": 32, "two": 32}
    assert tomllib.loads((tmp_path / "relay.toml").read_text())["connections"]["one"]["surge"] == "off"


async def test_nobody_refuses() -> None:
    with nobody() as url:
        async with http_transport() as transport:
            with pytest.raises(VendorUnavailable, match="unreachable"):
                await transport(Request("GET", url))
