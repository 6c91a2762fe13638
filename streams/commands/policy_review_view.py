"""A review of policies as text for a person, or as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Column, Table

from streams.commands.common import show_json
from streams.commands.policy_view import cited
from streams.commands.screen import console, indented

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console

    from processors.reviewing.coverage import Coverage
    from processors.reviewing.review import Review


def show(reviews: Sequence[Review], config: Path | None, *, as_json: bool) -> None:
    """`config`: whose connections were looked at."""
    if as_json:
        for one in reviews:
            _json(one)
        return
    typer.echo("no relay.toml found: no connections" if config is None else f"connections of {config}", err=True)
    for one in reviews:
        _tables(console(), one)


def _json(one: Review) -> None:
    policy = one.policy
    show_json(
        {
            "policy": policy.id,
            "version": policy.version,
            "ok": not one.gaps,
            "gaps": one.gaps,
            "recipients": [_facts(row) for row in one.covered],
            "unshared": {purpose.id: purpose.unshared for purpose in policy.purposes if purpose.unshared},
            "rows": len(one.rows),
            "derived": one.derived,
            "defects": [row.model_dump(mode="json", exclude_none=True) for row in policy.defects],
            "notes": one.notes,
        }
    )


def _facts(row: Coverage) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("recipient", "how", "by", "otherwise", "why")}


def _tables(screen: Console, one: Review) -> None:
    policy = one.policy
    screen.print(f"\n{policy.id} {policy.version}: {_verdict(one)}")
    for gap in one.gaps:
        screen.print(indented(gap))
    heads = ("recipient", "reached by", "", "a leg meanwhile")
    table = Table(*(Column(head, overflow="fold") for head in heads), box=None)
    for row in one.covered:
        meanwhile = "-" if row.how == "connection" else row.otherwise
        table.add_row(row.recipient, row.how, ", ".join(row.by), meanwhile)
    screen.print(table)
    for how, title in (("exemption", "exempt"), ("outcome", "without an API: what is done, and what proves it")):
        known = {row.by: row.why for row in one.covered if row.how == how}
        _list(screen, title, (f"{', '.join(by)}: {why}" for by, why in known.items()))
    unshared = (f"{purpose.id}: {purpose.unshared}" for purpose in policy.purposes if purpose.unshared)
    _list(screen, "purposes that reach nobody", unshared)
    defects = (f"{row.id} (lines {cited(row)}): {row.what} -> {row.reading}" for row in policy.defects)
    _list(screen, "defects of the policy -> how the relay reads them", defects)
    _list(screen, "to be known", one.notes)
    counts = Counter(place.partition(".")[0] for place in one.derived)
    review = ", ".join(f"{table} {number}" for table, number in counts.items())
    screen.print(
        f"{len(one.rows)} rows, each with its lines; {len(one.derived)} are our reading, to be reviewed: {review}"
    )


def _verdict(one: Review) -> str:
    how = Counter(row.how for row in one.covered)
    reached = ", ".join(f"{count} by {word}" for word, count in how.items())
    gaps = f"{len(one.gaps)} gap{'s' if len(one.gaps) > 1 else ''}" if one.gaps else "no gap"
    return f"{gaps}; {len(one.covered)} recipients: {reached}"


def _list(screen: Console, title: str, rows: Iterable[str]) -> None:
    for number, row in enumerate(rows):
        if not number:
            screen.print(f"{title}:")
        screen.print(indented(row))
