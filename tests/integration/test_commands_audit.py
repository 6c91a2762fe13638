from __future__ import annotations

import asyncio
import json
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands_support import Cli, cli_at, fields, fresh_subject
from ownership_support import LIMIT_S

from processors.lane import lanes_of
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import encode
from schemas.connections import load_config
from schemas.events import ConsentEvent
from schemas.ids import pid
from schemas.origin import Origin
from schemas.sealing import Seals
from schemas.times import SECOND
from streams.clients import writer
from streams.outbox import send_all
from streams.topics import AUDIT
from streams.wire import home_of, outs_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import KafkaUnderTest

    from schemas.records import AuditRecord
    from streams.outbox import Out

pytestmark = pytest.mark.usefixtures("topics")
CONFIG = load_config(Path(__file__).parents[2] / "examples" / "relay.toml")
NOW = 1_772_530_200 * SECOND
HOME = home_of(4)


@dataclass(frozen=True)
class Person:
    """Somebody whose events the router judged; `cli` reads what it wrote."""

    cli: Cli
    subject: str

    @property
    def pid(self) -> str:
        return pid(self.cli.settings.key("pepper"), "oomnis", self.subject)

    def judged(self, at_s: int, partition: int | None = None, **more: object) -> tuple[AuditRecord, ...]:
        """Let the router judge an event that was received `at_s` seconds after NOW, and write what it says."""
        settings = self.cli.settings
        seals = Seals(settings.key("relay_key"))
        desk = Desk(CONFIG, lanes_of(CONFIG), settings.key("pepper"), seals, HOME)
        here = HOME(self.subject) if partition is None else partition
        origin = Origin(topic="consent.events", partition=here, offset=at_s)
        value = encode(ConsentEvent.parse(fields(self.subject, **more)))
        incoming = Incoming(self.subject.encode(), value, origin, NOW + at_s * SECOND)
        routed = route(incoming, desk, lambda _: None)
        asyncio.run(self._write(outs_of(incoming, routed, desk.pepper)))
        return routed.audit

    async def _write(self, outs: Iterable[Out]) -> None:
        producer = writer(self.cli.settings)
        await producer.start()
        try:
            await send_all(producer, [out for out in outs if out.topic == AUDIT])
        finally:
            await producer.stop()

    def show(self, *args: str, code: int = 0) -> str:
        result = self.cli.run("audit", "show", "--controller", "oomnis", "--subject", self.subject, *args, code=code)
        return str(result.output)


@pytest.fixture
def person(kafka: KafkaUnderTest, tmp_path: Path) -> Person:
    return Person(cli_at(kafka.bootstrap, tmp_path), fresh_subject())


def test_a_persons_history_is_found_and_nobody_elses(person: Person) -> None:
    other = Person(person.cli, fresh_subject())
    other.judged(0)
    first = person.judged(1)
    second = person.judged(2, kind="deletion.requested", purposes=...)
    shown = json.loads(person.show("--json"))
    assert shown["pid"] == person.pid
    assert [record["record_id"] for record in shown["records"]] == [r.record_id for r in (*first, *second)]
    assert {record["partition"] for record in shown["records"]} == {HOME(person.subject)}


def test_facts_from_other_partitions_stand_where_they_happened(person: Person) -> None:
    elsewhere = (HOME(person.subject) + 1) % 4
    person.judged(2)
    person.judged(1, elsewhere)
    person.judged(3, controller="oomnis", policy_version="1999-01-01")
    kinds = [record["kind"] for record in json.loads(person.show("--json"))["records"]]
    assert kinds == ["forwarded", "planned", "rejected"]


def test_the_table_shows_the_legs_and_no_identity(person: Person) -> None:
    person.judged(1)
    text = person.show()
    assert person.pid in text
    assert "planned consent.withdrawn" in text
    assert "  → zoho-one/marketing" in text
    assert person.subject not in text
    assert "@example.test" not in text
    assert "@example.test" not in person.show("--json")


def test_somebody_unknown_is_wrong_data(person: Person) -> None:
    text = person.show(code=1)
    assert "the audit knows nobody by that subject_id at oomnis" in text
    assert person.subject not in text


def test_a_report_is_of_a_person_or_of_one_request_by_the_beginning_of_its_id(person: Person, tmp_path: Path) -> None:
    (first, *_), (second, *_) = person.judged(1), person.judged(2, kind="deletion.requested", purposes=...)
    whole, one = tmp_path / "whole.json", tmp_path / "one.json"
    given = ("audit", "export", "--controller", "oomnis", "--format", "json")
    person.cli.run(*given, "--subject", person.subject, "--out", str(whole))
    del person.cli.env["CONSENT_RELAY_PEPPER"]
    person.cli.run(*given, "--request", str(second.event_id)[:13], "--out", str(one))
    told = [[matter["event_id"] for matter in json.loads(file.read_text())["matters"]] for file in (whole, one)]
    assert told == [[first.event_id, second.event_id], [second.event_id]]
    assert person.subject not in whole.read_text() + one.read_text()


def test_a_report_that_cant_be_made_says_what_to_do(person: Person, tmp_path: Path) -> None:
    person.judged(1)
    taken, free = tmp_path / "taken.html", tmp_path / "free.html"
    taken.write_text("mine")
    named = ("--subject", person.subject)
    for args, code, why in (
        ((*named, "--out", str(taken)), 2, "is there already"),
        ((*named, "--out", str(tmp_path / "nowhere" / "x.html")), 2, "can't be written"),
        (("--out", str(free)), 2, "name the person by --subject, or one --request"),
        (("--request", "0" * 7, "--out", str(free)), 1, "too short"),
        (("--request", "0" * 36, "--out", str(free)), 1, "no event whose event_id begins"),
    ):
        result = person.cli.run("audit", "export", "--controller", "oomnis", *args, code=code)
        assert why in result.output
    assert (taken.read_text(), free.exists()) == ("mine", False)


def test_without_the_pepper_nobody_is_found(person: Person) -> None:
    del person.cli.env["CONSENT_RELAY_PEPPER"]
    assert "CONSENT_RELAY_PEPPER" in person.show(code=2)


def test_another_partition_count_is_refused(person: Person) -> None:
    person.cli.env["CONSENT_RELAY_PARTITIONS"] = "5"
    assert "has 4 partitions, this relay works with 5" in person.show(code=2)


def test_new_records_are_followed_until_ctrl_c(person: Person) -> None:
    seen: list[str] = []
    with person.cli.start("audit", "tail", "--json") as tail:
        assert tail.stdout
        reading = threading.Thread(target=lambda out: seen.append(out.readline()), args=[tail.stdout])
        reading.start()
        for number in range(180):  # the first ones may come before it has found the end of the log
            person.judged(number)
            reading.join(0.5)
            if not reading.is_alive():
                break
        tail.send_signal(signal.SIGINT)
        assert tail.wait(LIMIT_S) == 130
    assert json.loads(seen[0])["pid"] == person.pid
