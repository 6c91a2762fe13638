"""`policy diff --people`: whom a new version touches, counted in the state of a real broker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands_support import Cli, cli_at

import schemas
from schemas.codec import encode
from schemas.state import Choice, SubjectState
from streams.clients import writer
from streams.outbox import Out, send_all
from streams.topics import STATE

if TYPE_CHECKING:
    from conftest import KafkaUnderTest

pytestmark = pytest.mark.usefixtures("topics")
CONFIG = '[controllers.diffing]\npolicy = "oomnis"\n[controllers.another]\npolicy = "osows"\n'


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    (tmp_path / "relay.toml").write_text(CONFIG)
    return cli_at(kafka.bootstrap, tmp_path)


def _new_version(directory: Path) -> str:
    text = (Path(schemas.__file__).parent / "policies" / "oomnis.toml").read_text("utf-8")
    for was, now in (
        ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"'),
        ("effective = 2021-09-08", "effective = 2027-01-01"),
        ('id = "surveys"', 'id = "polls"'),
        ('"surveys" = [', '"polls" = ['),
    ):
        assert was in text
        text = text.replace(was, now)
    (directory / "new.toml").write_text(text)
    return str(directory / "new.toml")


async def _write(cli: Cli, *written: tuple[str, str, str | None]) -> None:
    """(person, controller, status of surveys; None: forgotten)."""
    producer = writer(cli.settings)
    await producer.start()
    outs = []
    for number, (person, controller, status) in enumerate(written):
        choices = (
            [Choice(purpose="surveys", channel="*", status="granted", occurred_at=number, event_id="e")]
            if status == "granted"
            else [Choice(purpose="*", channel="*", status="withdrawn", occurred_at=number, event_id="e")]
        )
        state = SubjectState(pid=person, controller=controller, choices=tuple(choices))
        outs.append(Out(STATE, len(person) % 4, person.encode(), encode(state) if status else None))
    await send_all(producer, outs)
    await producer.stop()


def test_people_are_counted_as_they_stand_now_and_of_the_policys_controllers_only(cli: Cli, tmp_path: Path) -> None:
    asyncio.run(
        _write(
            cli,
            ("p1.anna", "diffing", "withdrawn"),
            ("p1.anna", "diffing", "granted"),
            ("p1.berta", "diffing", "withdrawn"),
            ("p1.carla", "diffing", "granted"),
            ("p1.carla", "diffing", None),
            ("p1.dora", "another", "granted"),
        )
    )
    config = ("--people", "--config", str(tmp_path / "relay.toml"))
    (told,) = cli.json("policy", "diff", "oomnis", _new_version(tmp_path), *config)
    assert told["people"] == {"controllers": ["diffing"], "counted": 2}
    (gone,) = [row for row in told["standing"] if row["place"] == "purposes.surveys"]
    assert (gone["granted"], gone["withdrawn"]) == (1, 1)
    text = cli.run("policy", "diff", "oomnis", _new_version(tmp_path), *config).stdout
    assert "people: 1 granted, 1 withdrawn" in text
    assert "2 people counted, of diffing" in text
