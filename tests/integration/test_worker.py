"""A worker that can't do its work says so, says what to do, and doesn't begin."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from aiokafka.admin import NewPartitions
from ownership_support import LIMIT_S, until

from streams import clients
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.topics import EVENTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage(tmp_path_factory.mktemp("stage"), make_cast(3, 1)) as stage:
        await (await stage.start_worker("first")).ready()
        yield stage


async def run_worker(stage: Stage, *arguments: str, **changed: object) -> tuple[int, str]:
    """Exit code and stderr of a worker that should not come up."""
    given = {**stage.settings.model_dump(mode="json", exclude_unset=True), "web_port": 0, **changed}
    settings = {f"CONSENT_RELAY_{name.upper()}": str(value) for name, value in given.items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "streams", "worker", *arguments),
        env={**os.environ, **settings},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            _, errors = await process.communicate()
    except TimeoutError:  # it came up after all
        process.kill()
        raise
    return process.returncode or 0, errors.decode()


async def test_an_id_that_is_taken(stage: Stage) -> None:
    code, said = await run_worker(stage, "--id", "first")
    assert code == 2
    assert "a worker with the id first runs already" in said


async def test_a_port_that_somebody_has(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = await run_worker(stage, web_port=port)
    assert code == 2
    assert f"health and metrics can't be served at 127.0.0.1:{port}: Address already in use" in said
    assert "CONSENT_RELAY_WEB_PORT" in said


async def test_another_pepper_than_the_clusters(stage: Stage) -> None:
    code, said = await run_worker(stage, pepper_file=None, pepper="ab" * 32)
    assert code == 2
    assert "the pepper is not the one that this cluster was set up with" in said
    assert "ab" * 32 not in said


async def test_no_pepper_on_a_cluster_of_ones_own(stage: Stage, tmp_path: Path) -> None:
    code, said = await run_worker(stage, pepper_file=None, data_dir=tmp_path)  # not the embedded broker's directory
    assert code == 2
    assert "pepper is missing" in said
    assert "CONSENT_RELAY_PEPPER" in said


async def test_another_partition_count(stage: Stage) -> None:
    code, said = await run_worker(stage, partitions=6)
    assert code == 2
    assert "has 4 partitions, this relay works with 6" in said


async def test_a_broker_that_is_not_there(stage: Stage) -> None:
    code, said = await run_worker(stage, bootstrap_servers="127.0.0.1:1")
    assert code == 2
    assert "no Kafka broker answers at 127.0.0.1:1" in said


async def test_a_missing_secret(stage: Stage, tmp_path: Path) -> None:
    code, said = await run_worker(stage, secrets_dir=tmp_path)
    assert code == 2
    assert "connections.zoho-crm.secrets.client_id: there is no secret 'zoho_client_id'" in said


async def test_a_lane_that_nobody_configured(stage: Stage) -> None:
    code, said = await run_worker(stage, "--lanes", "hubspot")
    assert code == 2
    assert "--lanes: there is no 'hubspot'" in said


async def test_a_policy_that_nobody_has(stage: Stage, tmp_path: Path) -> None:
    config = tmp_path / "relay.toml"
    config.write_text('[controllers.oomnis]\npolicy = "omnis"\n')
    code, said = await run_worker(stage, config=config)
    assert code == 2
    assert "controllers.oomnis.policy: there is no policy 'omnis'" in said


async def test_a_partition_count_that_changes_under_a_worker_halts_it(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1), topics_interval=0.5) as stage:
        worker = await stage.start_worker()
        await worker.ready()
        admin = await clients.admin(stage.settings)
        await admin.create_partitions({EVENTS: NewPartitions(6)})
        await admin.close()
        said: dict[str, Any] = {}

        async def is_halted() -> bool:
            async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/readyz") as answer:
                said.update(await answer.json(content_type=None))
            return {role["state"] for role in said["roles"].values()} == {"halted"}

        await until(is_halted)
        assert not said["ready"]
        assert "has 6 partitions, this relay works with 4" in said["roles"]["router"]["problems"]["role"][1]
