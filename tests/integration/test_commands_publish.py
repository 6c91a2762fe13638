from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from commands_support import Cli, cli_at, fields, fresh_subject, jsonl

from schemas.codec import decode
from schemas.events import ConsentEvent
from streams.topics import EVENTS
from streams.wire import home_of

if TYPE_CHECKING:
    from pathlib import Path

    from aiokafka import ConsumerRecord
    from conftest import KafkaUnderTest

pytestmark = pytest.mark.usefixtures("topics")
PARTITIONS = 4


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    return cli_at(kafka.bootstrap, tmp_path)


def written(cli: Cli, *subjects: str) -> list[ConsumerRecord]:
    keys = {subject.encode() for subject in subjects}
    return [record for record in cli.records(EVENTS) if record.key in keys]


def test_what_is_published_can_be_read_back_as_it_was_given(cli: Cli, tmp_path: Path) -> None:
    subject = fresh_subject()
    file = tmp_path / "events.jsonl"
    given = fields(subject, channels=["email"], jurisdiction="EEA")
    file.write_text(jsonl(given), "utf-8")
    (fate,) = cli.json("publish", str(file))
    (record,) = written(cli, subject)
    assert decode(ConsentEvent, record.value) == ConsentEvent.parse(given)
    assert record.partition == home_of(PARTITIONS)(subject)
    assert (fate["line"], fate["event_id"]) == (1, given["event_id"])
    assert (fate["partition"], fate["offset"]) == (record.partition, record.offset)
    assert record.headers == ()


def test_an_event_without_an_id_is_given_one_that_sorts_by_time(cli: Cli) -> None:
    subject = fresh_subject()
    (fate,) = cli.json("publish", "-", stdin=jsonl(fields(subject, event_id=...)))
    (record,) = written(cli, subject)
    assert decode(ConsentEvent, record.value).event_id == fate["event_id"]
    assert UUID(fate["event_id"]).version == 7


def test_a_persons_events_keep_their_order_over_many_chunks(cli: Cli, tmp_path: Path) -> None:
    subjects = [fresh_subject() for _ in range(20)]
    events = [fields(subject, jurisdiction=f"{number:04}") for number in range(150) for subject in subjects]
    file = tmp_path / "events.jsonl"
    file.write_text(jsonl(*events), "utf-8")
    assert file.stat().st_size > 3 * 262_144
    result = cli.run("publish", str(file))
    assert result.stdout == "events published to consent.events: 3000\n"
    records = written(cli, *subjects)
    for subject in subjects:
        mine = [decode(ConsentEvent, record.value) for record in records if record.key == subject.encode()]
        assert [event.jurisdiction for event in mine] == [f"{number:04}" for number in range(150)]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"kind": "consent.withdrawn"', None),
        ("[1, 2]", None),
        (fields("c-bad", kind="consent.withdrawn.again"), "kind"),
        (fields("ana.lopez@example.com"), "subject_id"),
        (fields("+4915112345678"), "subject_id"),
        (fields("c-bad", purposes=...), "purposes"),
        (fields("c-bad", purposes=[]), "purposes"),
        (fields("c-bad", event_id="42"), "event_id"),
        (fields("c-bad", occurred_at="2026-03-02T09:30:00"), "occurred_at"),
        (fields("c-bad", colour="blue"), "colour"),
        (fields("c-bad", evidence={"uri": "x" * 2049}), "evidence.uri"),
        (fields("c-bad", identities=[{"type": "email", "value": "x" * 1000}] * 1200), "identities"),
    ],
    ids=["no-json", "no-object", "unknown-kind", "e-mail", "phone", "no-purposes", "empty-purposes", "no-uuid",
         "no-time-zone", "unknown-field", "long-link", "oversize"],
)  # fmt: skip
def test_a_bad_line_is_named_with_its_field_and_the_good_ones_are_published(
    cli: Cli, line: Any, field: str | None
) -> None:
    before, after = fresh_subject(), fresh_subject()
    text = jsonl(fields(before), line, "", fields(after))
    result = cli.run("publish", "-", stdin=text, code=1)
    assert [record.key.decode() for record in written(cli, before, after, "c-bad")] != []
    assert {record.key.decode() for record in written(cli, before, after, "c-bad")} == {before, after}
    (complaint,) = result.stderr.splitlines()
    assert complaint.startswith("-:2: " if field is None else f"-:2: {field}: ")
    assert "ana.lopez" not in complaint
    assert "+4915112345678" not in complaint
    assert result.stdout == "events published to consent.events: 2; bad lines: 1\n"


def test_bad_lines_have_a_form_for_machines(cli: Cli) -> None:
    good, bad = cli.json("publish", "-", stdin=jsonl(fields(fresh_subject()), fields("c-bad", kind="x")), code=1)
    assert good["offset"] >= 0
    assert (bad["line"], bad["error"]["reason"], bad["error"]["field"]) == (2, "invalid", "kind")


@pytest.mark.parametrize("text", ["", "\n\n", "   \n"])
def test_an_empty_file_is_wrong_and_says_so(cli: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text(text)
    assert cli.run("publish", str(file), code=1).stderr == f"{file}: there is no event in it\n"


def test_another_partition_count_is_refused_before_anything_is_sent(cli: Cli) -> None:
    subject = fresh_subject()
    result = cli.run("publish", "-", stdin=jsonl(fields(subject)), code=2, CONSENT_RELAY_PARTITIONS="3")
    assert "topic consent.events has 4 partitions, this relay works with 3" in result.stderr
    assert "CONSENT_RELAY_PARTITIONS" in result.stderr
    assert written(cli, subject) == []


def test_publishing_needs_no_key_of_the_relay(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Upstream machines hold neither pepper nor relay key."""
    cli = cli_at(kafka.bootstrap, tmp_path)
    for name in ("PEPPER", "RELAY_KEY", "CLUSTER_PREFIX"):
        del cli.env[f"CONSENT_RELAY_{name}"]
    subject = fresh_subject()
    cli.run("publish", "-", stdin=jsonl(fields(subject)))
    assert len(written(cli, subject)) == 1
