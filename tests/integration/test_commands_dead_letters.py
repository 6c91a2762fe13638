from __future__ import annotations

import asyncio
import base64
import getpass
from typing import TYPE_CHECKING

import pytest
from commands_support import Cli, cli_at, fields, fresh_subject

from processors.delivering.settle import Letter, dead_letter
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import decode, encode
from schemas.connections import RelayConfig
from schemas.events import ConsentEvent
from schemas.ids import pid
from schemas.origin import Origin
from schemas.records import AuditRecord, DeadLetter
from schemas.sealing import Seals
from schemas.times import SECOND
from streams.clients import writer
from streams.outbox import send_all
from streams.topics import AUDIT, EVENTS
from streams.wire import dead_letter_out, home_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest

pytestmark = pytest.mark.usefixtures("topics")
NOW = 1_772_530_200 * SECOND
HOME = home_of(4)


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    return cli_at(kafka.bootstrap, tmp_path)


def keep(cli: Cli, letter: DeadLetter | None) -> str:
    """Write a dead letter as the relay does; its origin."""
    assert letter

    async def write() -> None:
        producer = writer(cli.settings)
        await producer.start()
        try:
            await send_all(producer, [dead_letter_out(letter, letter.origin.partition)])
        finally:
            await producer.stop()

    asyncio.run(write())
    return str(letter.origin)


def place(subject: str, partition: int = 1) -> Origin:
    """An origin that no other test has."""
    return Origin(topic=EVENTS, partition=partition, offset=int(subject.removeprefix("c-"), base=16))


def rejected(cli: Cli, subject: str, value: bytes | None, key: bytes | None = b"some-key") -> str:
    """What the router keeps of a record that no configuration of ours can take."""
    seals = Seals(cli.settings.key("relay_key"))
    desk = Desk(RelayConfig(), (), cli.settings.key("pepper"), seals, lambda _: 1)
    return keep(cli, route(Incoming(key, value, place(subject), NOW), desk, lambda _: None).dead_letter)


def event(subject: str) -> bytes:
    return encode(ConsentEvent.parse(fields(subject)))


def test_the_list_tells_what_was_wrong_and_shows_nobody(cli: Cli) -> None:
    subject = fresh_subject()
    origin = rejected(cli, subject, event(subject))
    (letter,) = [one for one in cli.json("dead-letters", "list") if one["origin"] == origin]
    assert letter.pop("what_to_do").startswith("the field breaks a rule; --reveal shows the event")
    assert letter == {
        "origin": origin,
        "source": "router",
        "reason": "invalid",
        "field": "controller",
        "protective": True,
        "at": "2026-03-03T09:30:00.000Z",
        "has_value": True,
    }
    table = cli.run("dead-letters", "list").stdout
    assert origin in table
    assert subject not in table


def test_the_seal_is_opened_only_when_asked(cli: Cli) -> None:
    subject = fresh_subject()
    value = event(subject)
    origin = rejected(cli, subject, value)
    closed = cli.run("dead-letters", "show", origin)
    assert "reason: invalid" in closed.stdout
    assert subject not in closed.stdout
    (opened,) = cli.json("dead-letters", "show", origin, "--reveal")
    assert base64.b64decode(opened["value_base64"]) == value
    assert base64.b64decode(opened["key_base64"]) == b"some-key"
    assert opened["event"]["identities"][0]["value"] == f"{subject}@example.test"
    assert f"{subject}@example.test" in cli.run("dead-letters", "show", origin, "--reveal").stdout


def test_bytes_that_are_no_event_are_revealed_as_they_are(cli: Cli) -> None:
    origin = rejected(cli, fresh_subject(), b"\x00\xff garbage", key=None)
    (opened,) = cli.json("dead-letters", "show", origin, "--reveal")
    assert base64.b64decode(opened["value_base64"]) == b"\x00\xff garbage"
    assert (opened["key_base64"], opened["event"]) == (None, None)


def test_another_relay_key_opens_nothing(cli: Cli) -> None:
    subject = fresh_subject()
    origin = rejected(cli, subject, event(subject))
    result = cli.run("dead-letters", "show", origin, "--reveal", code=2, CONSENT_RELAY_RELAY_KEY="cc" * 32)
    assert "sealed under key" in result.stderr


def test_a_redrive_publishes_the_same_bytes_and_says_who_and_why(cli: Cli) -> None:
    subject = fresh_subject()
    value = event(subject)
    origin = rejected(cli, subject, value, key=subject.encode())
    cli.run("dead-letters", "redrive", origin, "--reason", "the controller is known now")
    (again,) = cli.await_records(EVENTS, lambda record: record.value == value)
    assert (again.key, again.headers, again.partition) == (subject.encode(), (), HOME(subject))
    person = pid(cli.settings.key("pepper"), "oomnis", subject)
    (fact,) = cli.await_records(AUDIT, lambda record: record.key == person.encode())
    record = decode(AuditRecord, fact.value)
    assert fact.partition == HOME(subject)
    assert (record.kind, record.reason, str(record.origin)) == ("command", "the controller is known now", origin)
    assert record.command
    assert record.command.name == "redrive"
    assert record.command.by.startswith(f"{getpass.getuser()}@")


def test_bytes_that_nobody_reads_go_back_where_they_came_from(cli: Cli) -> None:
    subject = fresh_subject()
    garbage = f"garbage {subject}".encode()
    origin = rejected(cli, subject, garbage, key=None)
    for _ in range(2):
        cli.run("dead-letters", "redrive", origin, "--reason", "new schema")
    again = cli.await_records(EVENTS, lambda record: record.value == garbage, 2)
    assert [(record.key, record.partition) for record in again] == [(None, 1)] * 2
    facts = cli.await_records(AUDIT, lambda record: str(decode(AuditRecord, record.value).origin) == origin, 2)
    assert len({decode(AuditRecord, fact.value).record_id for fact in facts}) == 2


def test_a_lanes_dead_letter_is_not_an_event(cli: Cli) -> None:
    subject = fresh_subject()
    seals = Seals(cli.settings.key("relay_key"))
    origin = Origin(topic="consent.deliveries.zoho-crm", partition=1, offset=place(subject).offset)
    keep(cli, dead_letter(Letter(origin.offset, b"no delivery", "refused", NOW), origin, seals))
    result = cli.run("dead-letters", "redrive", str(origin), "--reason", "x", code=1)
    assert "nothing of it can be sent once more" in result.stderr
    result = cli.run("dead-letters", "redrive", "--lane", "nowhere", "--reason", "x", code=2)
    assert "there is no lane 'nowhere'" in result.stderr


def test_what_had_no_value_can_not_be_published_again(cli: Cli) -> None:
    origin = rejected(cli, fresh_subject(), None)
    result = cli.run("dead-letters", "redrive", origin, "--reason", "x", code=1)
    assert "had no value" in result.stderr


def test_an_origin_that_nobody_knows_is_wrong_data(cli: Cli) -> None:
    for command in (["show"], ["redrive", "--reason", "x"]):
        result = cli.run("dead-letters", *command, "consent.events[0]@9999999", code=1)
        assert "there is no dead letter consent.events[0]@9999999" in result.stderr


def test_a_redrive_needs_a_cluster_prefix_and_a_reason(cli: Cli) -> None:
    subject = fresh_subject()
    origin = rejected(cli, subject, event(subject))
    cli.run("dead-letters", "redrive", origin, code=2)
    del cli.env["CONSENT_RELAY_CLUSTER_PREFIX"]
    result = cli.run("dead-letters", "redrive", origin, "--reason", "x", code=2)
    assert "CONSENT_RELAY_CLUSTER_PREFIX" in result.stderr
