"""A fresh broker with all topics, and routers as processes of their own on it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.workload import CONFIG, PARTITIONS
from infra.kafka import EmbeddedKafka
from schemas.connections import load_config
from streams import topics
from streams.commands.topics import create
from streams.demo.process import STOP_LIMIT_S, WorkerProcess
from streams.settings import Settings, key_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console


@dataclass(slots=True)
class Site:
    """`launched`: every router that was started here and not killed; they are stopped at the end."""

    settings: Settings
    directory: Path
    kafka_pid: int
    launched: dict[str, WorkerProcess] = field(default_factory=dict)

    async def start_router(self, name: str) -> WorkerProcess:
        """Start one; its `ready()` tells when it works."""
        given = self.settings.model_dump(mode="json", exclude_unset=True)
        settings = {key.upper(): str(value) for key, value in given.items()}
        log_file = self.directory / f"{name}.log"
        self.launched[name] = await WorkerProcess.launch(name, settings, log_file, "--roles", "router")
        return self.launched[name]

    async def kill_router(self, name: str) -> None:
        """SIGKILL."""
        await self.launched.pop(name).kill()

    async def stop_routers(self) -> None:
        await asyncio.gather(*(router.stop(STOP_LIMIT_S) for router in self.launched.values()))
        self.launched.clear()


@asynccontextmanager
async def fresh_site(progress: Console, partitions: int = PARTITIONS) -> AsyncIterator[Site]:
    """A site in a directory of its own, with the benchmark's three connections; all of it is gone afterwards."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="consent-relay-scale-")))
        config = directory / "relay.toml"
        config.write_text(CONFIG, "utf-8")
        kafka = EmbeddedKafka(directory / "kafka", console=progress)
        stack.push_async_callback(asyncio.to_thread, kafka.stop)
        await asyncio.to_thread(kafka.start)
        settings = Settings(
            bootstrap_servers=kafka.bootstrap,
            cluster_prefix="local",
            data_dir=directory,
            config=config,
            partitions=partitions,
            pepper_file=key_file(directory / "keys", "pepper")[0],
            relay_key_file=key_file(directory / "keys", "relay_key")[0],
        )
        await create(settings, topics.topics(load_config(config).connections), 1)
        site = Site(settings, directory, kafka.pid)
        stack.push_async_callback(site.stop_routers)
        yield site
