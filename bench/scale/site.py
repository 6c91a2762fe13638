"""A fresh broker with all topics, and workers as processes of their own on it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.accounts import NO_LIMIT, SECRETS
from bench.workload import CONFIG, PARTITIONS, PEPPER, RELAY_KEY
from infra.kafka import EmbeddedKafka
from schemas.connections import load_config
from streams import topics
from streams.commands.topics import create
from streams.demo.process import STOP_LIMIT_S, WorkerProcess
from streams.settings import Settings, key_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from rich.console import Console

ROUTER = ("--roles", "router")
LANES = ("--roles", "lanes")


@dataclass(slots=True)
class Site:
    """`launched`: every worker that was started here and not killed; they are stopped at the end."""

    settings: Settings
    directory: Path
    kafka_pid: int
    launched: dict[str, WorkerProcess] = field(default_factory=dict)

    async def start(self, name: str, *options: str) -> WorkerProcess:
        """Start a worker with these options; its `ready()` tells when it works."""
        log_file = self.directory / f"{name}.log"
        self.launched[name] = await WorkerProcess.launch(name, self.settings.given(), log_file, *options)
        return self.launched[name]

    async def kill(self, name: str) -> None:
        """SIGKILL."""
        await self.launched.pop(name).kill()

    async def stop(self) -> None:
        await asyncio.gather(*(worker.stop(STOP_LIMIT_S) for worker in self.launched.values()))
        self.launched.clear()


def three_connections(directory: Path) -> None:
    """The `relay.toml` of the router's benchmarks."""
    (directory / "relay.toml").write_text(CONFIG, "utf-8")


@asynccontextmanager
async def fresh_site(
    progress: Console,
    partitions: int = PARTITIONS,
    configure: Callable[[Path], None] = three_connections,
    *,
    limits_scale: float = NO_LIMIT,
) -> AsyncIterator[Site]:
    """A site in a directory of its own, for which `configure` writes `relay.toml`; all of it is gone afterwards."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="consent-relay-scale-")))
        configure(directory)
        kafka = EmbeddedKafka(directory / "kafka", console=progress)
        stack.push_async_callback(asyncio.to_thread, kafka.stop)
        await asyncio.to_thread(kafka.start)
        settings = Settings(
            bootstrap_servers=kafka.bootstrap,
            cluster_prefix="local",
            data_dir=directory,
            config=directory / "relay.toml",
            secrets_dir=directory / SECRETS,
            limits_scale=limits_scale,
            partitions=partitions,
            pepper_file=_key_file(directory / "pepper", PEPPER),
            relay_key_file=_key_file(directory / "relay_key", RELAY_KEY),
            notary_key_file=key_file(directory, "notary_key")[0],
        )
        await create(settings, topics.topics(load_config(directory / "relay.toml").connections), 1)
        site = Site(settings, directory, kafka.pid)
        stack.push_async_callback(site.stop)
        yield site


def _key_file(path: Path, key: bytes) -> Path:
    path.write_text(key.hex(), "ascii")
    return path
