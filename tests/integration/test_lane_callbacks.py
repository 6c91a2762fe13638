"""A vendor calls us about its job: checked, in `consent.control` before it is answered, acted on once by the lane."""

from __future__ import annotations

import hashlib
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from callback_support import SECRET, Calling, body_of, signed
from lane_support import PARTITIONS, LaneUnderTest, crm_config, lane_at
from ownership_support import until
from pydantic import SecretStr
from reading import audit, committed

from infra.sandbox import Person, Sandbox
from processors.engine.transport import http_transport
from processors.vendors.base import VENDORS
from schemas.codec import decode
from schemas.connections import parse_config
from schemas.ids import answer_hash
from schemas.records import Command
from streams import topics
from streams.callbacks import MOST_BYTES, CallbackDesk, callers
from streams.clients import writer
from streams.listener import receiving
from streams.metrics.registry import Metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from conftest import KafkaUnderTest

PEPPER = b"pepper" * 8
CROWD = [Person(key=f"c{number}", email=f"c{number}@example.com", crm=("Contacts",)) for number in range(3)]
pytestmark = pytest.mark.usefixtures("topics", "calling")


@pytest.fixture
def calling() -> Iterator[None]:
    VENDORS["calling_crm"] = Calling
    yield
    del VENDORS["calling_crm"]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000, crm_job_s=0.0)
    await sandbox.start()
    sandbox.seed(CROWD)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path, sandbox: Sandbox) -> LaneUnderTest:
    """Its jobs would be polled in an hour."""
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.config = crm_config(lane.name, sandbox, adapter="calling_crm")
    connection = lane.config["connections"][lane.name]
    connection["options"] |= {"mass_delete_above": 0, "job_poll_s": 3600}
    connection["secrets"]["callback"] = "callback_secret"
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "callback_secret").write_text(SECRET)
    given = {"secrets_dir": secrets, "callback_port": 0, "pepper": SecretStr(PEPPER.hex())}
    lane.settings = lane.settings.model_copy(update=given)
    return lane


@asynccontextmanager
async def called(lane: LaneUnderTest, metrics: Metrics | None = None) -> AsyncIterator[str]:
    """The address of a listener for this lane."""
    async with (
        http_transport() as transport,
        receiving(lane.settings, parse_config(lane.config, "test"), transport, metrics or Metrics()) as port,
    ):
        yield f"http://127.0.0.1:{port}/callbacks/{lane.name}"


async def post(url: str, body: bytes, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert await answer.read() == b"" or answer.status in {404, 405}
        return answer.status


async def commands(lane: LaneUnderTest) -> list[Command]:
    given = [decode(Command, record.value) for record in await committed(lane.settings, topics.CONTROL)]
    return [command for command in given if command.lane == lane.name]


async def job_of(lane: LaneUnderTest) -> str:
    """The job that the vendor runs for everybody."""
    jobs: set[str | None] = set()

    async def taken() -> bool:
        kept = [entry for entry in (await lane.entries()).values() if entry.status == "accepted"]
        jobs.update(entry.job_id for entry in kept)
        return len(kept) == len(CROWD)

    await until(taken)
    (job,) = jobs
    assert job
    return job


@pytest.mark.parametrize("done", [False, True], ids=["asks_now", "is_proof"])
async def test_a_genuine_call_ends_a_job_that_would_be_asked_about_much_later(
    lane: LaneUnderTest,
    done: bool,  # noqa: FBT001
) -> None:
    await lane.deliver(*[lane.delivery(person, "delete") for person in CROWD])
    async with lane.working(), called(lane) as url:
        body = body_of(job=await job_of(lane), done=done, email="ana@example.com")
        headers = signed(body, time.time())
        assert await post(url, body, **headers) == 204
        (command,) = await commands(lane)
        assert command.name == "vendor.callback"
        assert "ana" not in str(command)

        async def all_done() -> bool:
            return [word for _, word, _ in await lane.outcomes()].count("executed") == len(CROWD)

        await until(all_done)
        assert await post(url, body, **headers) == 204, "sent once more, it does no harm"
        await until(lambda: has_two(lane))
        await until(lambda: has_told(lane))
    mine = [record for record in await audit(lane.settings) if record.lane == lane.name]
    assert len([record for record in mine if record.kind == "command"]) == PARTITIONS
    ends = [record for record in mine if record.outcome == "executed"]
    assert len(ends) == len(CROWD)
    told = {record.evidence.detail: record.evidence.response_sha256 for record in ends if record.evidence}
    proof = answer_hash(PEPPER, hashlib.sha256(body).hexdigest())
    assert told.get("vendor_called") == (proof if done else None)


async def has_told(lane: LaneUnderTest) -> bool:
    told = [record for record in await audit(lane.settings) if record.lane == lane.name]
    return len([record for record in told if record.kind == "command"]) >= PARTITIONS


async def has_two(lane: LaneUnderTest) -> bool:
    return len(await commands(lane)) == 2


async def test_what_is_not_the_vendors_or_says_nothing_is_refused_and_not_kept(lane: LaneUnderTest) -> None:
    metrics, now, body = Metrics(), time.time(), body_of(job="j-1")
    async with called(lane, metrics) as url:
        good = signed(body, now)
        assert await post(url, body) == 401
        assert await post(url, body, **{**good, "webhook-signature": "v1,AAAA"}) == 401
        assert await post(url, body, **signed(body, now - 3600)) == 401
        assert await post(url + "x", body, **good) == 404
        assert await post(url, b"x" * (MOST_BYTES + 1), **good) == 413
        for nothing in (b"no json", body_of(job=""), body_of(job="ana@b.example"), body_of(job="x" * 300)):
            assert await post(url, nothing, **signed(nothing, now)) == 400
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == 405
    assert await commands(lane) == []
    refused = metrics.registry.get_sample_value("consent_relay_callbacks_total", {"lane": lane.name, "http": "401"})
    assert refused == 3


async def test_without_a_broker_nobody_is_told_that_it_was_heard(lane: LaneUnderTest) -> None:
    producer = writer(lane.settings)
    await producer.start()
    await producer.stop()
    known = callers(parse_config(lane.config, "test").connections, lane.settings.secret)
    app = web.Application()
    app.router.add_post("/callbacks/{connection}", CallbackDesk(known, PEPPER, producer, Metrics()).take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        body = body_of(job="j-1")
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/callbacks/{lane.name}"
        assert await post(url, body, **signed(body, time.time())) == 503
    finally:
        await runner.cleanup()
