"""A command for all partitions of a lane: given, waited for, and told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import SetupError
from streams import topics
from streams.commands.common import administrator, require_topics, show_json
from streams.commands.orders import carried_out, late
from streams.control import record_id, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import AuditRecord, Command
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
    among = range(settings.partitions) if among is None else sorted(among)
    facts = {n: record_id(command.command_id, role_of(command), n) for n in among}
    asyncio.run(check_lane(settings, command.lane or ""))
    done = asyncio.run(carried_out(settings, command, facts, wait_s))
    told = {number: _detail(done.get(number)) for number in facts}
    if as_json:
        asked = command.model_dump(include={"command_id", "lane", "by", "reason"})
        show_json({**asked, "partitions": told})
    else:
        typer.echo("\n".join([f"command {command.command_id} by {command.by}", *lines(command.lane or "", told)]))
    if wait_s and done.keys() != facts.keys():
        raise late(role_of(command), wait_s, facts.keys() - done.keys())
    return [detail for detail in told.values() if detail is not None]


def lines(lane: str, told: dict[int, str | None]) -> list[str]:
    """What came of it, the partitions together that say the same. None: nothing yet."""
    same: dict[str | None, list[int]] = defaultdict(list)
    for number, detail in told.items():
        same[detail].append(number)
    return [
        f"lane {lane}, partitions {', '.join(map(str, numbers))}: {detail or 'given, not carried out yet'}"
        for detail, numbers in same.items()
    ]


def _detail(record: AuditRecord | None) -> str | None:
    return record.evidence.detail if record and record.evidence else None


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
