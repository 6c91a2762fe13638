"""Results of `connections test` as a table for a person, or as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from streams.commands.common import show_json
from streams.commands.screen import console, indented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.commands.connections_try import Tested

_SAYS = {
    "good": "answers, and takes the credentials",
    "token_only": "a token is given; the vendor has no harmless call to try it with",
    "not_tested": "not asked: the vendor has no harmless call, and only a call would try its key",
    "no_call": "nothing to ask: it calls nobody, its site asks this relay",
    "dry_run": "not asked: it only rehearses (mode dry-run)",
    "failed": "FAILED",
}


def show_tested(tested: Sequence[Tested], *, as_json: bool) -> None:
    if as_json:
        for one in tested:
            show_json(asdict(one))
        return
    table = Table("connection", "vendor", "result", "HTTP", "s", box=None)
    for one in tested:
        says = f"{_SAYS[one.verdict]}: {one.reason}" if one.reason else _SAYS[one.verdict]
        took = "" if one.seconds is None else f"{one.seconds:.2f}"
        table.add_row(one.connection, one.vendor, says, str(one.status or ""), took)
    screen = console()
    screen.print(table)
    for one in tested:
        if one.remedy:
            screen.print(f"{one.connection}: what to do:")
            screen.print(indented(one.remedy))
    if not tested:
        screen.print("there are no connections")
