"""`sources`: the vendors that tell the relay what people chose there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from processors.sources.configured import checked
from schemas.connections import load_config
from schemas.policy import in_force, versions_of
from streams.commands.common import AsJson, MaybeConfig, show_json
from streams.commands.plan import default_config
from streams.commands.screen import console, wrong_use
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.sources.base import Source
    from schemas.connections import RelayConfig, SourceRow

app = typer.Typer(name="sources", no_args_is_help=True)
_COLUMNS = ("source", "controller", "vendor", "connection", "path", "lists", "secret")


@app.callback()
def sources() -> None:
    """The vendors that tell the relay what people chose there (docs/sources.md)."""


@app.command("list")
def list_sources(config: MaybeConfig = None, *, as_json: AsJson = False) -> None:
    """List all sources, with the path that their vendor is to call; of secrets the names, never the values.

    Each is checked against its connection and its controller's policy.

    Example: consent-relay sources list
    """
    with wrong_use():
        known = load_config(config or default_config(Path()) or Path("relay.toml"))
        pairs = [(row, _checked(row, known)) for _, row in sorted(known.sources.items())]
    _show(pairs, as_json=as_json)


def _checked(row: SourceRow, config: RelayConfig) -> Source:
    versions = versions_of(config.controllers[row.controller].policy)
    return checked(row, config, in_force(versions, now_micros()))


def _path(row: SourceRow, source: Source) -> str:
    return f"/sources/{row.name}/<the secret>" if source.by_path else f"/sources/{row.name}"


def _show(pairs: Sequence[tuple[SourceRow, Source]], *, as_json: bool) -> None:
    if as_json:
        for row, source in pairs:
            show_json(row.model_dump(mode="json") | {"path": _path(row, source), "unverified": source.unverified})
        return
    table = Table(*_COLUMNS, box=None)
    for row, source in pairs:
        lists = ", ".join(f"{left}: {'+'.join(of)}" for left, of in source.options.purposes.items())
        path = _path(row, source)
        table.add_row(row.name, row.controller, row.vendor, row.connection or "none", path, lists, row.secret)
    console().print(table if pairs else "there are no sources")
