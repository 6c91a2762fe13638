"""A command for all partitions of a lane: given, waited for, and told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import InvalidRecord, SetupError
from streams import topics
from streams.commands import carrying
from streams.commands.carrying import Came
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
        InvalidRecord: a worker says that it didn't do it.

    """
    asyncio.run(check_lane(settings, command.lane or ""))
    among = range(settings.partitions) if among is None else among
    told = carrying.carry_out(settings, command, wait_s, as_json=as_json, among=among)
    if carrying.is_refused(told):
        raise InvalidRecord("not everywhere was it carried out, see above; the workers' log tells more")
    return told


def carry_out_each(
    settings: Settings, commands: Iterable[Command], wait_s: float, *, as_json: bool, partition: int
) -> Came:
    """Give commands of several lanes to this partition of each, all before any is waited for; see `carry_out`."""
    known = asyncio.run(lanes_on(settings))
    of_lanes = {command.lane or "": command for command in commands}
    there = [command for lane, command in of_lanes.items() if lane in known]
    came = carrying.carry_out_each(settings, there, wait_s, as_json=as_json, among=[partition])
    return Came(came.said, [*came.errors, *(_no_lane(lane, known) for lane in of_lanes if lane not in known)])


async def check_lane(settings: Settings, lane: str) -> None:
    """Refuse a lane that isn't there.

    Raises:
        SetupError: naming those that are.

    """
    known = await lanes_on(settings)
    if lane not in known:
        raise _no_lane(lane, known)
    await require_topics(settings, topics.AUDIT, topics.CONTROL)


def _no_lane(lane: str, known: list[str]) -> SetupError:
    return SetupError(
        f"there is no lane {lane!r} on this broker",
        remedy=f"choose among: {', '.join(known)}" if known else "consent-relay topics apply",
    )


async def lanes_on(settings: Settings) -> list[str]:
    """The lanes that have topics, sorted.

    Raises:
        SetupError: no broker answers.

    """
    async with administrator(settings) as admin:
        names = await admin.list_topics()
    prefix = topics.deliveries("")
    return sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))
