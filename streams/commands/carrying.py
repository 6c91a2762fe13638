"""A command for some partitions of a role: given, waited for, and told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import typer

from streams.commands.common import show_json
from streams.commands.orders import carried_out, late
from streams.control import REFUSED, record_id, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import AuditRecord, Command
    from streams.settings import Settings


def carry_out(
    settings: Settings, command: Command, wait_s: float, *, as_json: bool, among: Iterable[int]
) -> list[str]:
    """Give a command to these partitions of its role, wait, and say what came of it.

    Returns what was said, once for each partition that has carried it out.

    Raises:
        SetupError: no worker did it in time.

    """
    role = role_of(command)
    facts = {number: record_id(command.command_id, role, number) for number in sorted(among)}
    done = asyncio.run(carried_out(settings, command, facts, wait_s))
    told = {number: _detail(done.get(number)) for number in facts}
    if as_json:
        asked = command.model_dump(include={"command_id", "lane", "by", "reason"})
        show_json({**asked, "partitions": told})
    else:
        typer.echo("\n".join([f"command {command.command_id} by {command.by}", *lines(role, told)]))
    if wait_s and done.keys() != facts.keys():
        raise late(role, wait_s, facts.keys() - done.keys())
    return [detail for detail in told.values() if detail is not None]


def is_refused(told: Iterable[str]) -> bool:
    """Whether a partition has said, of what `carry_out` returns, that it did nothing."""
    return any(detail.startswith(REFUSED) for detail in told)


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
