"""`sandbox serve`: every vendor that the sandbox knows, on this machine."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from infra.sandbox import Sandbox, SandboxSettings, make_people
from schemas.errors import SetupError
from streams.commands.common import AsJson, DataDir, show_json
from streams.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from streams.settings import Settings

app = typer.Typer(help="A sandbox that speaks the vendors' real APIs, and keeps state.", no_args_is_help=True)
PORT = 8642
Port = Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same people.")]
People = Annotated[int, typer.Option(min=0, help="Made-up people whom the vendors know from the start.")]
KnownFrom = Annotated[
    str | None, typer.Option(metavar="FILE", help="The vendors also know the people of these events (JSON lines).")
]

_TOML = """\
# Written at each start of the vendor sandbox: all connections lead to it, and none to a real vendor.
[controllers.oomnis]
policy = "oomnis"

[connections.zoho-crm]
controller = "oomnis"
adapter = "zoho_crm"
serves = ["zoho-one/crm"]
mode = "live"
base_url = "{zoho_crm}"
options = {{ accounts_url = "{zoho_accounts}" }}
secrets = {zoho_secrets}

[connections.zoho-campaigns]
controller = "oomnis"
adapter = "zoho_campaigns"
serves = ["zoho-one/marketing"]
mode = "live"
base_url = "{zoho_campaigns}"
options = {{ accounts_url = "{zoho_accounts}", lists = {lists} }}
secrets = {zoho_secrets}

[connections.google-analytics]
controller = "oomnis"
adapter = "google_analytics"
serves = ["google-analytics"]
mode = "live"
base_url = "{google_analytics}"
options = {{ property_ids = ["{property_id}"] }}
secrets = {{ service_account = "google_service_account" }}
"""
_ZOHO_SECRETS = (
    '{ client_id = "zoho_client_id", client_secret = "zoho_client_secret", refresh_token = "zoho_refresh_token" }'
)


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


def relay_toml(sandbox: SandboxSettings) -> str:
    """A `relay.toml` whose connections all lead to this sandbox."""
    lists = ", ".join(f'"{purpose}" = "{key}"' for purpose, key in sandbox.list_keys.items())
    return _TOML.format(
        **sandbox.base_urls,
        lists=f"{{ {lists} }}",
        property_id=sandbox.ga_property_id,
        zoho_secrets=_ZOHO_SECRETS,
    )


@app.command()
def serve(
    port: Port = PORT, seed: Seed = 0, people: People = 20, data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """Serve the vendors until Ctrl-C. Secrets and a relay.toml for it are written to the data directory.

    Example: consent-relay sandbox serve --port 8642 --people 100 --seed 1
    """
    settings = load_settings(data_dir=data_dir)
    place = place_of(settings)

    async def run() -> None:
        stop = stop_signal()
        sandbox = await open_sandbox(settings, port, seed, people)
        try:
            facts = {"config": str(place.config), "secrets_dir": str(place.secrets), "ledger": str(place.ledger)}
            if as_json:
                show_json({"base_url": sandbox.world.base_url, "vendors": dict(sandbox.settings.base_urls), **facts})
            else:
                typer.echo(f"vendor sandbox at {sandbox.world.base_url}, {people} people; Ctrl-C ends it")
                typer.echo(f"calls it accepted: {place.ledger}\nto work against it:")
                typer.echo(f"  export CONSENT_RELAY_CONFIG={place.config}")
                typer.echo(f"  export CONSENT_RELAY_SECRETS_DIR={place.secrets}")
            await stop.wait()
        finally:
            await sandbox.stop()

    asyncio.run(run())


async def open_sandbox(settings: Settings, port: int, seed: int, people: int) -> Sandbox:
    """A started sandbox with its secrets and its `relay.toml` written.

    Raises:
        SetupError: the port is taken.

    """
    place = place_of(settings)
    place.directory.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(place.ledger, secrets_dir=place.secrets, limits_scale=settings.limits_scale)
    sandbox.seed(make_people(people, seed))
    try:
        await sandbox.start(port)
    except OSError as error:
        await sandbox.stop()
        raise SetupError(f"port {port} can't be used: {error.strerror}", remedy="name another port, or 0") from None
    place.config.write_text(relay_toml(sandbox.settings), "utf-8")
    return sandbox


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM, or a closed terminal: from then on these no longer end the process by themselves."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
