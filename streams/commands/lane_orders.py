"""A command for all partitions of a lane: given, waited for, and told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import SetupError
from streams import topics
from streams.commands import carrying
from streams.commands.common import administrator, require_topics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import Command
    from streams.settings import Settings

LaneName = Annotated[str, typer.Argument(metavar="LANE", help="A connection's name, as in relay.toml.")]


def carry_out(
    settings: Settings, command: Command, wait_s: float, *, as_json: bool, among: Iterable[int] | None = None
) -> list[str]:
    """Give a lane's command to its partitions, wait, and say what came of it. `among`: those that it concerns.

    Returns what was said, once for each partition that has carried it out.

    Raises:
        SetupError: there is no such lane, or no worker did it in time.

    """
    asyncio.run(check_lane(settings, command.lane or ""))
    among = range(settings.partitions) if among is None else among
    return carrying.carry_out(settings, command, wait_s, as_json=as_json, among=among)


async def check_lane(settings: Settings, lane: str) -> None:
    """Refuse a lane that isn't there.

    Raises:
        SetupError: naming those that are.

    """
    known = await lanes_on(settings)
    if lane not in known:
        raise SetupError(
            f"there is no lane {lane!r} on this broker",
            remedy=f"choose among: {', '.join(known)}" if known else "consent-relay topics apply",
        )
    await require_topics(settings, topics.AUDIT, topics.CONTROL)


async def lanes_on(settings: Settings) -> list[str]:
    """The lanes that have topics, sorted.

    Raises:
        SetupError: no broker answers.

    """
    async with administrator(settings) as admin:
        names = await admin.list_topics()
    prefix = topics.deliveries("")
    return sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))
