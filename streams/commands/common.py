"""What the commands share: options, how errors end, and the way to the broker."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, cast

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress
from typer.core import TyperGroup

from schemas.connections import RelayConfig, load_config
from schemas.errors import RelayError, SetupError
from schemas.printable import shown
from streams import clients, embedded, topics
from streams.commands.screen import DATA_WRONG, LAYOUT, WRONG_USE
from streams.logs_setup import Lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka.admin import AIOKafkaAdminClient
    from rich.progress import ProgressColumn

    from streams.settings import Settings

INTERRUPTED = 130
"""As a shell reports a process that SIGINT ended."""
PATIENCE_S = 15.0

BootstrapServers = Annotated[
    str | None,
    typer.Option("--bootstrap-servers", metavar="HOST:PORT,...", help="Your own Kafka; else the embedded one."),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Where the embedded Kafka lives; default .consent-relay."),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Controllers and connections; default ./relay.toml.")
]
MaybeConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar="CONSENT_RELAY_CONFIG", help="Default ./relay.toml, or the example."
    ),
]
When = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", help="A moment as in 2026-05-03T12:00:00Z, or offsets as in 0:1200,1:87."),
]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the audit. Name no person.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


class RelayGroup(TyperGroup):
    """Ends every command below it as documented: 1 wrong data, 2 wrong use or setup, 130 Ctrl-C."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SetupError as error:
            complain(str(error))
            raise typer.Exit(WRONG_USE) from None
        except (KafkaError, TimeoutError) as error:
            complain(f"Kafka refused or went away: {str(error) or 'no answer in time'}")
            raise typer.Exit(WRONG_USE) from None
        except RelayError as error:
            complain(str(error))
            raise typer.Exit(DATA_WRONG) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


def complain(text: str) -> None:
    """To standard error, as standard output stays what was asked for. What a full disk loses changes no exit code."""
    typer.echo(shown(text, LAYOUT), file=cast("TextIO", Lines()))


def say(text: str) -> None:
    """What somebody else may have written, so that a terminal shows it, and doesn't obey it."""
    typer.echo(shown(text, LAYOUT))


def show_json(value: Any) -> None:
    """One JSON object on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def error_console() -> Console:
    """For progress: on standard error."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def progress_bar(*columns: ProgressColumn) -> Progress:
    """On standard error, gone when it is done; nothing of it where nobody looks."""
    screen = error_console()
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def settings_for(
    bootstrap_servers: str | None = None, data_dir: Path | None = None, config: Path | None = None
) -> Settings:
    """Settings that lead to a running broker; keys that are made are told on standard error.

    Raises:
        SetupError: see `embedded.settings_for`.

    """
    return embedded.settings_for(bootstrap_servers=bootstrap_servers, data_dir=data_dir, config=config, say=complain)


def config_of(settings: Settings) -> RelayConfig:
    """The configuration that is named, else `relay.toml` here.

    Raises:
        SetupError: there is none, or a key in it is wrong.

    """
    path = settings.config or Path("relay.toml")
    if settings.config is None and not path.is_file():
        raise SetupError(
            "there is no relay.toml here",
            remedy="name one with --config (CONSENT_RELAY_CONFIG), or start from examples/relay.toml",
        )
    return load_config(path)


@asynccontextmanager
async def administrator(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client.

    Raises:
        SetupError: no broker answers, at all or soon enough.

    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            client = await clients.admin(settings)
    except TimeoutError:
        raise clients.unreachable(settings) from None
    try:
        yield client
    finally:
        await client.close()


async def require_topics(settings: Settings, *names: str) -> None:
    """Refuse to work without these topics.

    Raises:
        SetupError: no broker answers.
        TopicsError: one is missing, or has another partition count than this relay works with.

    """
    wanted = [topic for topic in topics.topics(()) if topic.name in names]
    async with administrator(settings) as admin:
        await topics.check(admin, wanted, settings.partitions)
