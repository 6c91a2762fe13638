"""`up`: embedded Kafka, topics, vendor sandbox and worker, together until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import typer

from infra.kafka import EmbeddedKafka, running_at
from infra.ports import HOST
from schemas.connections import load_config
from schemas.errors import SetupError
from streams import topics
from streams.commands.child import Child
from streams.commands.common import AsJson, DataDir, complain, error_console, settings_for, show_json
from streams.commands.sandbox import PORT, KnownFrom, People, Port, Seed, known, open_sandbox, place_of, stop_signal
from streams.commands.topics import create
from streams.embedded import kafka_dir
from streams.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from infra.sandbox import Person
    from streams.settings import Settings

app = typer.Typer()
WORKER = (sys.executable, "-m", "streams", "worker")
READY_LIMIT_S = 60.0
WORKER_GRACE_S = 30.0
_POLL_S = 0.2
_VENDOR_SECRETS = "CONSENT_RELAY_SECRET_"


@app.command()
def up(
    port: Port = PORT,
    seed: Seed = 0,
    people: People = 20,
    known_from: KnownFrom = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Run everything on this machine until Ctrl-C: Kafka, the vendor sandbox, and a worker that calls it.

    No real vendor is called, whatever the environment says. The data stays for the next time.

    Example: consent-relay up --known-from examples/withdrawal.jsonl
    """
    given = load_settings(data_dir=data_dir)
    everybody = known(people, seed, known_from)
    with ExitStack() as stack:
        if running_at(kafka_dir(given)) is None:
            stack.enter_context(EmbeddedKafka(kafka_dir(given), console=error_console()))
        settings = settings_for(running_at(kafka_dir(given)), data_dir)
        asyncio.run(_stay_up(settings, port, everybody, show_json if as_json else _explain))
    complain("stopped")


async def _stay_up(
    settings: Settings, port: int, everybody: Sequence[Person], tell: Callable[[dict[str, Any]], None]
) -> None:
    """Everything but Kafka. What was started last is stopped first.

    Raises:
        SetupError: the worker ended by itself or isn't ready in time, or the sandbox's port is taken.

    """
    stop = stop_signal()
    sandbox = await open_sandbox(settings, port, everybody)
    try:
        await create(settings, topics.topics(load_config(place_of(settings).config).connections), replication=1)
        log_file = settings.data_dir.absolute() / "worker.log"
        worker = await Child.start(WORKER, environment(settings, os.environ), log_file)
        try:
            await _until(worker, stop.wait(), _ready(settings.web_port), limit_s=READY_LIMIT_S)
            if not stop.is_set():
                tell(_facts(settings, sandbox.world.base_url, log_file))
                await _until(worker, stop.wait())
        finally:
            await worker.stop(WORKER_GRACE_S)
    finally:
        await sandbox.stop()


async def _until(worker: Child, *wanted: Coroutine[Any, Any, object], limit_s: float | None = None) -> None:
    """Return when the first of `wanted` is done.

    Raises:
        SetupError: the worker ended before, or `limit_s` is over.

    """
    ended = asyncio.create_task(worker.ended())
    tasks = [ended, *map(asyncio.create_task, wanted)]
    done, pending = await asyncio.wait(tasks, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if ended in done:
        what = f"the worker ended by itself with exit code {ended.result()}"
        raise SetupError(f"{what}; its log ends with:{worker.last_words()}")
    if not done:
        raise SetupError(f"the worker isn't ready after {limit_s:.0f} s; its log ends with:{worker.last_words()}")


async def _ready(web_port: int) -> None:
    """Ask the worker's health page until it says that all roles are up. Port 0: it has none to ask."""
    ready = web_port == 0
    async with aiohttp.ClientSession() as session:
        while not ready:
            await asyncio.sleep(_POLL_S)
            with suppress(aiohttp.ClientError):
                async with session.get(f"http://{HOST}:{web_port}/readyz") as answer:
                    ready = answer.ok


def environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: ours, but with this broker and sandbox, and without any real vendor's secrets."""
    place = place_of(settings)
    here: dict[str, object | None] = {
        "BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "SECURITY_PROTOCOL": settings.security_protocol,
        "CLUSTER_PREFIX": settings.cluster_prefix,
        "DATA_DIR": settings.data_dir.absolute(),
        "WEB_HOST": HOST,  # wherever the pages of other workers are
        "CONFIG": place.config,
        "SECRETS_DIR": place.secrets,
        "PEPPER_FILE": settings.pepper_file and settings.pepper_file.absolute(),
        "RELAY_KEY_FILE": settings.relay_key_file and settings.relay_key_file.absolute(),
        "NOTARY_KEY_FILE": settings.notary_key_file and settings.notary_key_file.absolute(),
    }
    kept = {name: value for name, value in inherited.items() if not name.startswith(_VENDOR_SECRETS)}
    return kept | {f"CONSENT_RELAY_{name}": str(value) for name, value in here.items() if value is not None}


def _facts(settings: Settings, sandbox: str, log_file: Path) -> dict[str, Any]:
    place = place_of(settings)
    pages = f"http://{HOST}:{settings.web_port}" if settings.web_port else None
    return {
        "kafka": settings.bootstrap_servers,
        "sandbox": sandbox,
        "worker": pages and f"{pages}/readyz",
        "metrics": pages and f"{pages}/metrics",
        "worker_log": str(log_file),
        "config": str(place.config),
        "ledger": str(place.ledger),
        "data_dir": str(settings.data_dir),
    }


def _explain(facts: dict[str, Any]) -> None:
    typer.echo(f"Kafka           {facts['kafka']}")
    typer.echo(f"vendor sandbox  {facts['sandbox']}  (accepted calls: {facts['ledger']})")
    typer.echo(f"worker          {facts['worker'] or 'running'}  (log: {facts['worker_log']})")
    if facts["metrics"]:
        typer.echo(f"metrics         {facts['metrics']}")
    typer.echo(f"configuration   {facts['config']}")
    typer.echo("now, in another terminal:")
    for command in ("publish examples/withdrawal.jsonl", "audit tail"):
        typer.echo(f"  {sys.argv[0]} {command} --data-dir {facts['data_dir']}")  # as this one was called
    typer.echo("Ctrl-C stops everything")
