"""A surge of deletions, a dry run, a cancel window: from the topic to the vendor, over restarts and kills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from commands_support import Cli, cli_at
from lane_support import LaneUnderTest, kill, lane_at
from ownership_support import until
from reading import audit
from structlog.testing import capture_logs

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from schemas.times import SECOND
from streams.control import following
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from processors.engine.transport import Request
    from schemas.records import AuditRecord

BEN, EVA = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva"))
CROWD = [Person(key=f"q{number}", email=f"q{number}@example.com") for number in range(15)]
ALLOWED = 12
"""A partition's part of 50."""
WHY = ("--reason", "a closed account", "--by", "ops")
pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA, *CROWD])
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    return await lane_at(kafka.bootstrap, tmp_path, sandbox, surge="on")


@pytest.fixture
def cli(kafka: KafkaUnderTest, tmp_path: Path) -> Cli:
    return cli_at(kafka.bootstrap, tmp_path)


async def effects(sandbox: Sandbox, who: str) -> list[str]:
    """What the CRM was told about a person, each once."""
    async with sandbox.client() as client:
        found = [entry["effect"] for entry in await client.ledger() if who in entry["people"]]
    return list(dict.fromkeys(found))


async def keeps(lane: LaneUnderTest, **statuses: int) -> None:
    """Wait until the lane state holds exactly so many of each."""

    async def is_so() -> bool:
        found = [entry.status for entry in (await lane.entries()).values()]
        return {status: found.count(status) for status in set(found)} == statuses

    await until(is_so)


async def finals(lane: LaneUnderTest) -> dict[str, AuditRecord]:
    """The last outcome of each person."""
    records = await audit(lane.settings)
    return {record.pid or "": record for record in records if record.lane == lane.name and record.outcome}


async def test_a_surge_is_held_and_told_and_sent_only_when_somebody_confirms_it(
    lane: LaneUnderTest, sandbox: Sandbox, cli: Cli
) -> None:
    held = CROWD[ALLOWED:]
    role = f"lane {lane.name}"
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        with capture_logs() as logs:
            await lane.deliver(*[lane.delivery(person, "delete", n) for n, person in enumerate(CROWD)])
            await keeps(lane, held=len(held))
            await until(lambda: any(entry.get("alarm") == "deletions_held" for entry in logs))
        assert (lane.status.roles[role].held, lane.status.ready) == ({0: 3}, True)
        await kill(owner, task)
    async with lane.working("w2"):
        await until(lambda: lane.status.roles[role].held == {0: 3})
        await lane.deliver(lane.delivery(held[0], "withdraw", 90))
        await until(lambda: executed(lane, held[0]))
        assert await effects(sandbox, held[0].key) == ["withdraw"], "it went past the held deletion"
        told = await cli.said("lanes", "release", lane.name, "--held")
        assert (told["deliveries"], told["actions"], told["overdue"]) == (3, {"delete": 3}, 0)
        wrong = told["confirm"].replace("release-3", "release-2")
        code, _, errors = await cli.ended("lanes", "release", lane.name, "--held", "--confirm", wrong, *WHY)
        assert (code, "look once more" in errors) == (1, True)
        assert await effects(sandbox, held[1].key) == []
        done = await cli.said("lanes", "release", lane.name, "--held", "--confirm", told["confirm"], *WHY)
        assert done["partitions"] == {"0": "3 released"}
        await keeps(lane)
        for person in held:
            assert (await effects(sandbox, person.key))[-1] in {"delete", "purge"}
        assert lane.status.roles[role].held == {}


async def executed(lane: LaneUnderTest, person: Person) -> bool:
    last = (await finals(lane)).get(f"p1.{person.key}")
    return last is not None and last.outcome == "executed"


async def test_a_surge_can_be_dropped_and_the_audit_says_who_wanted_it(
    lane: LaneUnderTest, sandbox: Sandbox, cli: Cli
) -> None:
    async with lane.working():
        await lane.deliver(*[lane.delivery(person, "delete", n) for n, person in enumerate(CROWD)])
        await keeps(lane, held=3)
        told = await cli.said("lanes", "release", lane.name, "--held", "--drop")
        done = await cli.said("lanes", "release", lane.name, "--held", "--drop", "--confirm", told["confirm"], *WHY)
        assert done["partitions"] == {"0": "3 dropped"}
        await keeps(lane)
    last = await finals(lane)
    for person in CROWD[ALLOWED:]:
        record = last[f"p1.{person.key}"]
        assert record.command
        assert (record.outcome, record.reason, record.command.by) == ("cancelled", "a closed account", "ops")
        assert await effects(sandbox, person.key) == []


async def test_a_dry_run_sends_nothing_at_all_until_it_is_live_and_released(
    lane: LaneUnderTest, sandbox: Sandbox, cli: Cli
) -> None:
    sent: list[str] = []

    async def wire(request: Request) -> Any:
        sent.append(request.method)
        raise AssertionError("a dry run sends nothing")

    connection = lane.config["connections"][lane.name]
    connection["mode"] = "dry-run"
    await lane.deliver(
        lane.delivery(BEN, "grant", 1, purposes=("one",)),
        lane.delivery(BEN, "withdraw", 2, purposes=("two",)),
        lane.delivery(EVA, "delete", 3),
    )
    async with following(lane.control, lane.settings):
        owner, task = await lane.start(wire)
        await keeps(lane, dry_run=3)
        told = await cli.said("lanes", "release", lane.name)
        given = ("lanes", "release", lane.name, "--confirm", told["confirm"], *WHY)
        code, out, errors = await cli.ended(*given)
        assert code == 1
        assert 'nothing released: the connection is still mode = "dry-run"' in out
        assert "not all of what was confirmed was done" in errors
        await kill(owner, task)
    async with sandbox.client() as client:
        assert (sent, await client.ledger()) == ([], [])
    for record in (await finals(lane)).values():
        assert (record.outcome, record.attempt) == ("dry_run", 0)
        assert record.evidence
        assert "example.com" not in (record.evidence.detail or "example.com")
    connection["mode"] = "live"
    async with lane.working("w2"):
        assert (await cli.said(*given))["partitions"] == {"0": "3 released"}
        await keeps(lane)
    assert await effects(sandbox, "ben") == ["grant", "withdraw"]
    assert (await effects(sandbox, "eva"))[0] == "delete"


async def test_a_deletion_waits_in_its_cancel_window_and_is_cancelled_or_carried_out(
    lane: LaneUnderTest, sandbox: Sandbox, cli: Cli
) -> None:
    lane.config["controllers"]["oomnis"]["cancel_window"] = "1h"
    soon = now_micros() - 3590 * SECOND
    mistaken = lane.delivery(BEN, "delete", 1)
    await lane.deliver(mistaken, lane.delivery(EVA, "delete", 2, received_at=soon), lane.delivery(EVA, "withdraw", 3))
    async with http_transport() as transport, following(lane.control, lane.settings):
        owner, task = await lane.start(transport)
        await until(lambda: executed(lane, EVA))
        assert await effects(sandbox, "eva") == ["withdraw"], "a withdrawal doesn't wait"
        await kill(owner, task)
    async with lane.working("w2"):
        done = await cli.said("lanes", "cancel", lane.name, "--event", mistaken.event_id, *WHY)
        assert done["partitions"]["0"] == "1 cancelled"
        code, _, errors = await cli.ended("lanes", "cancel", lane.name, "--event", mistaken.event_id, *WHY)
        assert (code, "nothing of it waits on this lane" in errors) == (1, True)
        await keeps(lane)
    assert (await finals(lane))["p1.ben"].outcome == "cancelled"
    assert await effects(sandbox, "ben") == []
    assert (await effects(sandbox, "eva"))[1] == "delete"
