"""A command for some partitions of a role: given, waited for, and told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from schemas.errors import SetupError
from streams.commands.common import show_json
from streams.commands.orders import carried_out, late
from streams.control import did_nothing, record_id, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.records import AuditRecord, Command
    from streams.settings import Settings


class Came(NamedTuple):
    """What came of commands: what was said, once for each partition, and which weren't carried out in time."""

    said: list[str]
    errors: list[SetupError]


def carry_out(
    settings: Settings, command: Command, wait_s: float, *, as_json: bool, among: Iterable[int]
) -> list[str]:
    """Give a command to these partitions of its role, wait, and say what came of it.

    Returns what was said, once for each partition that has carried it out.

    Raises:
        SetupError: no worker did it in time.

    """
    came = carry_out_each(settings, [command], wait_s, as_json=as_json, among=among)
    if came.errors:
        raise came.errors[0]
    return came.said


def carry_out_each(
    settings: Settings, commands: Sequence[Command], wait_s: float, *, as_json: bool, among: Iterable[int]
) -> Came:
    """Give several commands to these partitions of their roles, all before any is waited for; see `carry_out`."""
    places, came = sorted(among), Came([], [])

    async def given() -> list[dict[int, AuditRecord] | BaseException]:
        waits = (carried_out(settings, one, _facts(one, places), wait_s) for one in commands)
        return await asyncio.gather(*waits, return_exceptions=True)

    for command, done in zip(commands, asyncio.run(given()), strict=True):
        if isinstance(done, SetupError):
            came.errors.append(done)
        elif isinstance(done, BaseException):
            raise done
        else:
            _tell(command, {number: _detail(done.get(number)) for number in places}, as_json=as_json)
            came.said.extend(filter(None, map(_detail, done.values())))
            if wait_s and (missing := set(places) - done.keys()):
                came.errors.append(late(role_of(command), wait_s, missing))
    return came


def _facts(command: Command, places: Iterable[int]) -> dict[int, str]:
    return {number: record_id(command.command_id, role_of(command), number) for number in places}


def asked(command: Command) -> dict[str, Any]:
    """What was asked, by whom and why, for people and programs."""
    return {"command_id": command.command_id, "lane": command.lane, "by": command.by, "reason": command.reason}


def _tell(command: Command, told: dict[int, str | None], *, as_json: bool) -> None:
    if as_json:
        show_json({**asked(command), "partitions": told})
    else:
        typer.echo("\n".join([f"command {command.command_id} by {command.by}", *lines(role_of(command), told)]))


def is_refused(told: Iterable[str]) -> bool:
    """Whether a partition has said, of what `carry_out` returns, that it did nothing."""
    return any(map(did_nothing, told))


def had_nothing_to_do(detail: str) -> bool:
    """Whether a lane tells this of an order that it took, and that changed nothing there."""
    return detail.startswith("nothing")


def lines(role: str, told: dict[int, str | None]) -> list[str]:
    """What came of it, the partitions together that say the same. None: nothing yet."""
    same: dict[str | None, list[int]] = defaultdict(list)
    for number, detail in told.items():
        same[detail].append(number)
    return [
        f"{role}, partitions {', '.join(map(str, numbers))}: {detail or 'given, not carried out yet'}"
        for detail, numbers in same.items()
    ]


def _detail(record: AuditRecord | None) -> str | None:
    return record.evidence.detail if record and record.evidence else None
