"""A whole lane before a vendor that answers as none should, and names the person wherever there is room for it.

Nobody is dead-lettered, nothing is lost, and nothing that outlives the call names the person.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import structlog
from lane_support import LaneUnderTest, is_own_alarm, lane_at
from ownership_support import until
from reading import committed
from rogue_support import answer, paper, rogue, says

from infra.sandbox import Person, Sandbox
from streams import topics
from streams.metrics.scrape import scrape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest
    from rogue_support import Talk

CROWD = [Person(key=f"crowd{number}", email=f"crowd{number}@rogue.test") for number in range(6)]
NAMES = "crowd0@rogue.test crowd1@rogue.test"
ECHO = (
    "Connection: close",
    f"X-Echo: {NAMES}",
    f"Set-Cookie: who={NAMES}",
    f"Location: https://elsewhere.test/{NAMES}",
)


def echo(status: str, body: str) -> Talk:
    return says(answer(f"{status} {NAMES}", body.encode(), *ECHO))


PARKED: dict[str, tuple[Talk, str]] = {
    "page": (echo("200", f"<html>{NAMES}"), "answer_is_no_json"),
    "refusing-page": (echo("404", f"<html>{NAMES}"), "answer_is_no_json"),
    "shape": (echo("200", f'{{"data": ["{NAMES}"]}}'), "answer_not_understood"),
    "bad-gateway": (echo("502", NAMES), "http_502"),
}  # fmt: skip
HALTED: dict[str, tuple[Talk, bool, str]] = {
    "redirect": (echo("307", NAMES), False, "redirected"),
    "certificate": (echo("200", NAMES), True, "certificate_untrusted"),
}


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed(CROWD)
    yield sandbox
    await sandbox.stop()


async def hunted(lane: LaneUnderTest) -> list[str]:
    """Names of the crowd in what the lane wrote and shows."""
    places = {"metrics": scrape(lane.bench.metrics, lane.status, {}), "status": repr(lane.status.roles).encode()}
    for topic in (topics.AUDIT, topics.DEAD_LETTER, topics.deliveries(lane.name), topics.lane_state(lane.name)):
        records = await committed(lane.settings, topic)
        places[topic] = b"\n".join(part for record in records for part in (record.key, record.value) if part)
    assert lane.name.encode() in places[topics.deliveries(lane.name)]
    return [place for place, found in places.items() if b"rogue.test" in found.lower()]


async def mended(lane: LaneUnderTest, sandbox: Sandbox) -> None:
    """At the vendor's right address everybody is served, in the end."""
    lane.config["connections"][lane.name]["base_url"] = sandbox.settings.base_urls["zoho_crm"]
    async with lane.working("w2"):

        async def all_done() -> bool:
            done = {who for who, outcome, _ in await lane.outcomes() if outcome == "executed"}
            return done == {f"p1.{person.key}" for person in CROWD}

        await until(all_done)
    assert await lane.dead_letters() == []
    assert await lane.entries() == {}


async def test_odd_answers_park_people_and_dead_letter_nobody(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def case(name: str) -> None:
        talk, reason = PARKED[name]
        async with rogue(talk) as url:
            lane = await lane_at(kafka.bootstrap, tmp_path / name, sandbox, base_url=url, retry_ceiling_s=1)
            lane.retry_budget = 0.1
            async with lane.working():
                await lane.deliver(*(lane.delivery(person, "withdraw") for person in CROWD))
                told = await lane.settled(3)
                await until(lambda: lane.bench.breaker.cause == "down")
        assert {(outcome, why) for _, outcome, why in told} == {("parked", reason)}
        await mended(lane, sandbox)
        assert await hunted(lane) == []

    with structlog.testing.capture_logs() as logs:
        await asyncio.gather(*map(case, PARKED))
    assert "rogue.test" not in str(logs)


async def test_a_wrong_address_halts_the_lane_and_spends_nobodys_tries(
    kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def case(name: str) -> None:
        talk, secure, reason = HALTED[name]
        tls = paper().context(tmp_path / f"{name}.pem") if secure else None
        async with rogue(talk, tls) as url:
            lane = await lane_at(kafka.bootstrap, tmp_path / name, sandbox, base_url=url)
            role = f"lane {lane.name}"
            async with lane.working():
                await lane.deliver(*(lane.delivery(person, "withdraw") for person in CROWD))
                await until(lambda: "vendor" in lane.status.roles[role].problems)
                word, text = lane.status.roles[role].problems["vendor"]
        assert (word, f"({reason})" in text) == ("unreachable", True)
        assert await lane.outcomes() == []
        mark = await lane.bookmark()
        assert mark
        assert mark.offset == 0
        await mended(lane, sandbox)
        assert await hunted(lane) == []

    with structlog.testing.capture_logs() as logs:
        await asyncio.gather(*map(case, HALTED))
    alarms = {(line["alarm"], line.get("reason")) for line in logs if is_own_alarm(line)}
    assert alarms == {("vendor_unreachable", reason) for _, _, reason in HALTED.values()}
    assert "rogue.test" not in str(logs)
