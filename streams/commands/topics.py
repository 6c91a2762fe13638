"""`topics apply|check`: the topics of the relay and of every lane."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from streams import topics
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    administrator,
    config_of,
    settings_for,
    show_json,
)
from streams.embedded import is_embedded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.settings import Settings

app = typer.Typer(name="topics", help="The topics of the relay, and two for each connection.", no_args_is_help=True)
Replication = Annotated[
    int | None, typer.Option(min=1, help="Copies of each partition; default 1 on the embedded Kafka, else 3.")
]


@app.command()
def apply(
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    replication: Replication = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are missing. Those that exist are left as they are, if their partition counts fit.

    Example: consent-relay topics apply --config examples/relay.toml
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    wanted = topics.topics(config_of(settings).connections)
    copies = replication or (1 if is_embedded(settings) else 3)
    created = asyncio.run(create(settings, wanted, copies))
    if as_json:
        show_json({"created": created, "existing": len(wanted) - len(created), "partitions": settings.partitions})
    else:
        typer.echo("".join(f"created {name}\n" for name in created) + f"{len(wanted)} topics are there")


@app.command()
def check(
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check that all topics exist with the partition count that this relay works with; exit code 2 if not.

    Example: consent-relay topics check --bootstrap-servers kafka-1:9092 --config relay.toml
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    wanted = topics.topics(config_of(settings).connections)
    asyncio.run(_check(settings, wanted))
    if as_json:
        show_json({"topics": [topic.name for topic in wanted], "partitions": settings.partitions})
    else:
        typer.echo(f"{len(wanted)} topics are there, as they should be")


async def create(settings: Settings, wanted: Iterable[topics.Topic], replication: int) -> list[str]:
    """Create what is missing; the names. Nothing is created beside topics of another partition count.

    Raises:
        SetupError: no broker answers.
        TopicsError: an existing topic has another partition count, or the broker refused a new one.

    """
    wanted = list(wanted)
    async with administrator(settings) as admin:
        there = set(await admin.list_topics())
        await topics.check(admin, [topic for topic in wanted if topic.name in there], settings.partitions)
        return await topics.apply(admin, wanted, settings.partitions, replication)


async def _check(settings: Settings, wanted: Iterable[topics.Topic]) -> None:
    async with administrator(settings) as admin:
        await topics.check(admin, wanted, settings.partitions)
