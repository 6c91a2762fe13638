"""A processor that speaks OpenDSR calls a running worker back: believed by its signature, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from ownership_support import until
from reading import audit, committed
from requests_support import LIMIT_S, publish

from infra.ports import unused_ports
from infra.sandbox.vendors.opendsr import DOMAIN, OpenDsr
from schemas.codec import decode
from schemas.connections import load_config
from schemas.records import AuditRecord, Command
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.config import toml
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from infra.sandbox import Person

LANE = "processor"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    port = next(unused_ports())
    async with Stage(tmp_path, make_cast(30, 1), callback_port=port) as stage:
        await connect(stage, f"http://127.0.0.1:{port}/callbacks/{LANE}")
        yield stage


async def connect(stage: Stage, callback_url: str) -> None:
    """A connection to the sandbox's processor, which is never asked by itself while the test runs."""
    options: dict[str, Any] = {
        "url": stage.sandbox.settings.base_urls["opendsr"], "auth": {"kind": "bearer"}, "regulation": "gdpr",
        "domain": DOMAIN, "certificate": processor(stage).certificate, "callback_url": callback_url, "poll_s": 3600,
    }  # fmt: skip
    table = {
        "controller": "oomnis", "adapter": "opendsr", "serves": ["microsoft/azure"], "mode": "live", "surge": "off",
        "options": options, "secrets": {"token": "opendsr_token"},
    }  # fmt: skip
    path = stage.directory / "relay.toml"
    path.write_text(path.read_text("utf-8") + toml({f"connections.{LANE}": table}), "utf-8")
    admin = await clients.admin(stage.settings)
    try:
        wanted = topics.topics(load_config(path).connections)
        await topics.apply(admin, wanted, stage.settings.partitions, 1)
    finally:
        await admin.close()


def processor(stage: Stage) -> OpenDsr:
    vendor = stage.sandbox.engines["opendsr"].vendor
    assert isinstance(vendor, OpenDsr)
    return vendor


async def asked(stage: Stage, person: Person) -> str:
    """Publish a deletion that the processor holds; the id of the request that it then has."""
    async with stage.sandbox.client() as client:
        await client.happen("opendsr", "hold", person.key)
    known = set(processor(stage).requests)
    await publish(stage, person)
    await until(lambda: await_told(stage, "accepted", len(known) + 1), LIMIT_S)
    (request_id,) = set(processor(stage).requests) - known
    return request_id


async def told(stage: Stage) -> list[AuditRecord]:
    records = [one for one in await audit(stage.settings) if one.lane == LANE and one.kind == "outcome"]
    return [one for one in records if one.outcome != "attempted"]


async def await_told(stage: Stage, outcome: str, count: int) -> bool:
    return [one.outcome for one in await told(stage)].count(outcome) == count


async def heard(stage: Stage) -> int:
    """How many calls were believed."""
    return len([decode(Command, one.value) for one in await committed(stage.settings, topics.CONTROL)])


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def is_known(stage: Stage, person: Person) -> bool:
    async with stage.sandbox.client() as client:
        held = await client.person(person.key)
    return bool(held["opendsr"]["known"])


async def test_a_callback_ends_a_request_if_the_processor_has_signed_it(stage: Stage) -> None:
    worker = await stage.start_worker()
    await worker.ready()
    first, second = stage.cast.people[:2]
    request_id = await asked(stage, first)
    headers, body = processor(stage).callback(request_id)
    (url,) = processor(stage).requests[request_id]["status_callback_urls"]
    lie = body.replace(b'"pending"', b'"completed"')
    assert lie != body
    assert await post(url, lie, headers) == 401, "its words are not those that were signed"
    assert await post(url, lie, {}) == 401
    assert await post(url, body, {**headers, "X-OpenDSR-Processor-Domain": "other.example"}) == 401
    assert await post(f"{url}-2", body, headers) == 404, "the signature is right, but no such connection is known"
    assert await heard(stage) == 0
    assert {one.outcome for one in await told(stage)} == {"accepted"}
    assert await is_known(stage, first)

    async with stage.sandbox.client() as client:
        await client.happen("opendsr", "complete", first.key)
    assert await processor(stage).call_back(request_id) == 204, "not done yet: it is asked at once, and then it is"
    await until(lambda: await_told(stage, "executed", 1), LIMIT_S)
    assert not await is_known(stage, first)

    request_id = await asked(stage, second)
    processor(stage).requests[request_id]["status"] = "completed"
    assert await processor(stage).call_back(request_id) == 204
    await until(lambda: await_told(stage, "executed", 2), LIMIT_S)
    ends = [one.evidence for one in await told(stage) if one.outcome == "executed"]
    assert [end and end.detail for end in ends] in (["results=1", "vendor_called"], ["vendor_called", "results=1"])
    assert {end.job_id for end in ends if end} == set(processor(stage).requests)
    assert await heard(stage) == 2

    assert await post(url, lie, headers) == 401
    assert await heard(stage) == 2
    assert len(await told(stage)) == 4, "two were accepted, and two ended"
