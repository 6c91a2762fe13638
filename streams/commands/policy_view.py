"""A policy as tables for a person, or as JSON."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rich.table import Column, Table

from schemas.connections import AUDIT_RETENTION
from streams.commands.common import show_json
from streams.commands.screen import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schemas.policy import Policy
    from schemas.policy.promises import Retention
    from schemas.policy.rows import Cited, Recipient

    Row = tuple[Cited, *tuple[str, ...]]

_MARKS = {"stated": "S", "derived": "d"}


def show_list(known: Sequence[Policy], *, as_json: bool) -> None:
    if as_json:
        for policy in known:
            facts = {"title": policy.title, "controller": policy.controller, "effective": str(policy.effective)}
            show_json({**policy.ref.model_dump(), **facts})
        return
    table = Table("policy", "version", "in force from", "controller", "purposes", "recipients", box=None)
    for policy in known:
        counts = (str(len(policy.purposes)), str(len(policy.recipients)))
        table.add_row(policy.id, policy.version, str(policy.effective), policy.controller, *counts)
    console().print(table)


def show(policy: Policy, kept: Mapping[str, str], *, as_json: bool) -> None:
    """kept: how long which controllers that follow it keep the audit."""
    if as_json:
        whole = policy.model_dump(mode="json", exclude_none=True, by_alias=True)
        show_json({**whole, "withdrawable": sorted(policy.withdrawable), "audit_retention": kept})
        return
    screen = console()
    screen.print(f"{policy.title}, version {policy.version}, in force from {policy.effective}")
    screen.print(f"{policy.controller}{f', {policy.address}' if policy.address else ''}")
    screen.print(f"text sha256 {policy.text_sha256}, {policy.text_lines} lines\nfile sha256 {policy.sha256}")
    times = ", ".join(f"{period} ({name})" for name, period in kept.items()) or f"{AUDIT_RETENTION} (default)"
    screen.print(f"audit kept after a person's last closed leg: {times}\n")
    for table in chain((_matrix(policy), _recipients(policy), _purposes(policy)), _promises(policy)):
        if table.row_count:
            screen.print(table, "")


def _matrix(policy: Policy) -> Table:
    """Purposes × recipients; the recipients by number, as many of them have long names."""
    numbers = (Column(str(number), overflow="fold") for number in range(1, len(policy.recipients) + 1))
    table = Table(Column("purpose", no_wrap=True), *numbers, box=None, padding=(0, 1, 0, 0))
    for purpose in policy.purposes:
        marks = {flow.to: _MARKS[flow.mark] for flow in policy.flows.get(purpose.id, ())}
        table.add_row(purpose.id, *(marks.get(recipient.id, ".") for recipient in policy.recipients))
    return table


def _recipients(policy: Policy) -> Table:
    table = _empty("no.", "recipient", "name", "is", "choices go by", "deletion", "lines")
    for number, row in enumerate(policy.recipients, 1):
        deletion = policy.deletion_at(row)
        meaning = deletion.meaning if deletion.basis is None else f"{deletion.meaning} ({deletion.basis})"
        what = [
            row.role,
            *(["class"] if row.kind == "class" else ()),
            *(["retired"] if row.status == "retired" else ()),
        ]
        what += ["gate"] if row.gate else []
        table.add_row(str(number), row.id, row.title, ", ".join(what), row.reach, meaning, cited(row))
    return table


def _what(row: Recipient) -> str:
    unusual = {"class": row.kind == "class", "retired": row.status == "retired", "gate": row.gate}
    return ", ".join((row.role, *(word for word, is_so in unusual.items() if is_so)))


def _purposes(policy: Policy) -> Table:
    table = _empty("purpose", "of", "bases", "withdrawal", "traits", "data", "lines")
    for purpose in policy.purposes:
        reach = "stops it" if purpose.id in policy.withdrawable else "goes on"
        reach += f", with {purpose.follows}" if purpose.follows else ""
        words = (purpose.bases, (reach,), purpose.traits, purpose.data)
        table.add_row(purpose.id, purpose.domain, *(", ".join(each) or "-" for each in words), cited(purpose))
    return table


def _promises(policy: Policy) -> Iterator[Table]:
    """One table per kind of promise."""
    ask = {row.id: row.value or "masked" for row in policy.contacts}
    kept = {row.id: ", ".join((*row.purposes, *row.data, row.domain or "")).strip(", ") for row in policy.retention}
    tables: dict[tuple[str, ...], Iterable[Row]] = {
        ("right", "offered", "ask", "else"): (
            (row, row.id, "yes" if row.offered else "no", ask.get(row.contact or "", "-"), row.instead or "-")
            for row in policy.rights
        ),
        ("law", "where"): ((row, row.id, ", ".join(row.jurisdictions)) for row in policy.regimes),
        ("kept", "of", "how long"): ((row, row.id, kept[row.id], _length(row)) for row in policy.retention),
        ("in backups", "meanwhile"): (
            (row, row.period or "no number", "isolated" if row.isolated else "-")
            for row in filter(None, (policy.backups,))
        ),
        ("effect", "of", "what follows"): ((row, row.id, row.of, row.effect) for row in policy.effects),
        ("minors", "what is done"): ((row, f"under {row.under}", row.action) for row in policy.minors),
        ("exempt", "who", "because"): (
            (row, row.id, ", ".join(row.recipients) or "-", row.reason) for row in policy.exemptions
        ),
        ("defect", "what", "read as"): ((row, row.id, row.what, row.reading) for row in policy.defects),
    }
    for heads, rows in tables.items():
        yield _table(*heads, rows=rows)


def _length(row: Retention) -> str:
    if row.period is None and row.since in {None, "no_longer_needed"}:
        return "as long as needed"
    return f"{row.period or 'no number'}{f' from {row.since}' if row.since else ''}"


def _table(*heads: str, rows: Iterable[Row]) -> Table:
    table = _empty(*heads, "lines")
    for row, *cells in rows:
        table.add_row(*cells, cited(row))
    return table


def _empty(*heads: str) -> Table:
    """Where the screen is narrow, words are broken, and never cut off."""
    return Table(*(Column(head, overflow="fold") for head in heads), box=None)


def cited(row: Cited) -> str:
    """`135, 181 d`: its lines, and whether the policy says so (S) or we read it so (d)."""
    return f"{', '.join(map(str, row.lines))} {_MARKS[row.mark]}"
