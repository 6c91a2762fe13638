"""`sandbox serve`: every vendor that the sandbox knows, on this machine."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.sandbox import Person, Sandbox, make_people
from schemas.errors import SetupError
from streams.commands.common import AsJson, DataDir, show_json
from streams.commands.people import people_of
from streams.demo.config import write_config
from streams.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from streams.settings import Settings

app = typer.Typer(
    name="sandbox", help="A sandbox that speaks the vendors' real APIs, and keeps state.", no_args_is_help=True
)
PORT = 8642
Port = Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same people.")]
People = Annotated[int, typer.Option(min=0, help="Made-up people whom the vendors know from the start.")]
KnownFrom = Annotated[
    str | None, typer.Option(metavar="FILE", help="The vendors also know the people of these events (JSON lines).")
]


@dataclass(frozen=True, slots=True)
class Place:
    """What lies in the data directory for the sandbox."""

    directory: Path

    @property
    def config(self) -> Path:
        return self.directory / "relay.toml"

    @property
    def secrets(self) -> Path:
        return self.directory / "secrets"

    @property
    def ledger(self) -> Path:
        return self.directory / "ledger.jsonl"


def place_of(settings: Settings) -> Place:
    return Place((settings.data_dir / "sandbox").absolute())


@app.command()
def serve(
    port: Port = PORT,
    seed: Seed = 0,
    people: People = 20,
    known_from: KnownFrom = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Serve the vendors until Ctrl-C. Secrets and a relay.toml for it are written to the data directory.

    Example: consent-relay sandbox serve --port 8642 --known-from examples/withdrawal.jsonl
    """
    settings = load_settings(data_dir=data_dir)
    asyncio.run(_serve(settings, port, known(people, seed, known_from), show_json if as_json else _explain))


async def _serve(
    settings: Settings, port: int, everybody: Sequence[Person], tell: Callable[[dict[str, Any]], None]
) -> None:
    stop = stop_signal()
    sandbox = await open_sandbox(settings, port, everybody)
    try:
        place = place_of(settings)
        tell(
            {
                "base_url": sandbox.world.base_url,
                "vendors": dict(sandbox.settings.base_urls),
                "people": len(everybody),
                "config": str(place.config),
                "secrets_dir": str(place.secrets),
                "ledger": str(place.ledger),
            }
        )
        await stop.wait()
    finally:
        await sandbox.stop()


def _explain(facts: dict[str, Any]) -> None:
    typer.echo(f"vendor sandbox at {facts['base_url']}, {facts['people']} people; Ctrl-C ends it")
    typer.echo(f"accepted calls: {facts['ledger']}\nto work against it:")
    typer.echo(f"  export CONSENT_RELAY_CONFIG={facts['config']}")
    typer.echo(f"  export CONSENT_RELAY_SECRETS_DIR={facts['secrets_dir']}")


def known(people: int, seed: int, known_from: str | None) -> list[Person]:
    """Whom the vendors know from the start.

    Raises:
        SetupError: the file of events can't be read.

    """
    return [*make_people(people, seed), *(people_of(known_from) if known_from else ())]


async def open_sandbox(settings: Settings, port: int, everybody: Iterable[Person]) -> Sandbox:
    """A started sandbox with its secrets and its `relay.toml` written.

    Raises:
        SetupError: the port is taken.

    """
    place = place_of(settings)
    sandbox = Sandbox(place.ledger, secrets_dir=place.secrets, limits_scale=settings.limits_scale)
    sandbox.seed(everybody)
    try:
        await sandbox.start(port)
    except OSError as error:
        await sandbox.stop()
        raise SetupError(f"port {port} can't be used: {error.strerror}", remedy="name another port, or 0") from None
    write_config(place.config, sandbox.settings)
    return sandbox


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM or a closed terminal, which then no longer end the process by themselves."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
