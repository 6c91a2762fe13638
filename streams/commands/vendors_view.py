"""Adapters, their calls and connections as tables for a person, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from processors.catalogue import systems
from processors.catalogue.facts import facts, options, windows
from processors.catalogue.words import checked, details, doubts, ending, marks
from processors.engine.kinds import KINDS
from processors.vendors.base import Call, Result
from schemas.errors import MissingIdentity
from schemas.records import ACTIONS
from streams.commands.screen import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.engine.rehearse import Rehearsal
    from processors.vendors.base import Instruction, Vendor
    from schemas.connections import Connection
    from schemas.systems import System
    from schemas.windows import Window


def list_vendors(kinds: Sequence[type[Vendor]], *, as_json: bool) -> None:
    if as_json:
        for kind in kinds:
            _json(facts(kind))
        return
    table = Table("vendor", "name", *ACTIONS, "finds a person by", "evidence", "unverified", box=None)
    for kind in kinds:
        ends = [ending(kind.can[action]) if action in kind.can else "-" for action in ACTIONS]
        table.add_row(
            kind.name, kind.title, *ends, ", ".join(kind.identifies_by), marks(kind), str(len(doubts(kind)) or "-")
        )
    screen = console()
    screen.print(table)
    screen.print(
        "\nNone was tried against a live vendor. `vendors show ID` says what is unverified, and the sources."
    )


def list_systems(known: Sequence[System], *, as_json: bool) -> None:
    if as_json:
        for system in known:
            _json(system.model_dump(mode="json"))
        return
    table = Table("system", "ends", "what is done", "what proves it", "evidence", box=None)
    for system in known:
        table.add_row(system.title, systems.ending(system), system.instructions, system.proof, system.mark)
    console().print(table)


def show_vendor(
    vendor: Vendor, base_url: str, limits: Sequence[Window], wait_s: float | None, *, as_json: bool
) -> None:
    """`limits`: the adapter's own, or a connection's. wait_s: the connection's `batch_wait_s`."""
    if as_json:
        more = {"base_url": base_url, "options": options(vendor), "limits": windows(limits), "apis": vendor.apis}
        _json({**facts(vendor, wait_s), **more})
        return
    screen = console()
    screen.print(f"{vendor.title} ({vendor.name})\n{vendor.docs}\n")
    for action, can in vendor.can.items():
        screen.print(f"{action:9} {ending(can)}: {can.says}")
        for detail in details(can, wait_s):
            screen.print(f"{'':10}{detail}")
    table = Table("", "", box=None, show_header=False)
    table.add_row("finds a person by", ", ".join(vendor.identifies_by))
    table.add_row("channels", ", ".join(vendor.channels))
    table.add_row("keeps purposes apart", "yes" if vendor.per_purpose else "no, it has one switch for the person")
    table.add_row("base_url", base_url)
    _rows(table, "limits", map(str, limits))
    if vendor.concurrency is not None:
        table.add_row("at once", f"at most {vendor.concurrency} calls")
    if any(vendor.apis):
        table.add_row("apis", ", ".join(vendor.apis))
    auth = KINDS[vendor.auth]
    table.add_row("secrets", ", ".join((*auth.secrets, *(f"{key} (optional)" for key in auth.optional))) or "none")
    for name, meaning in options(vendor).items():
        table.add_row(f"options.{name}", meaning)
    _rows(table, "reads", (f"HTTP {status}: {meaning}" for status, meaning in vendor.documented.items()))
    _rows(table, "traps", vendor.traps)
    _rows(table, "unverified", doubts(vendor))
    _rows(table, "evidence", (f"{mark}: {source}" for mark, source in vendor.evidence))
    table.add_row("checked", checked(vendor))
    screen.print("", table)


def _rows(table: Table, title: str, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        table.add_row("" if number else title, line)


def show_calls(vendor: Vendor, base_url: str, instruction: Instruction, played: Rehearsal, *, as_json: bool) -> None:
    """The calls in their order. What the vendor answers is made up; its record ids are placeholders."""
    own = base_url if base_url != vendor.url else None
    steps = [
        _call(own or vendor.url_of(step), step) if isinstance(step, Call) else {"note": list(step.refs)}
        for step in played.steps
    ]
    end = _end(played)
    if as_json:
        _json({"vendor": vendor.name, "action": instruction.action, "auth": vendor.auth, "steps": steps, **end})
        return
    screen = console()
    for step in steps:
        if "note" in step:
            screen.print(f"-- noted before going on: {', '.join(step['note'])}")
            continue
        screen.print(f"{step['method']} {step['url']}")
        for part in ("params", "form", "json"):
            if part in step:
                screen.print(f"     {part} {json.dumps(step[part], ensure_ascii=False)}")
    hoped = ", if the vendor answers as hoped" if steps and "outcome" in end else ""
    screen.print(f"{'' if steps else 'no call '}=> {': '.join(str(word) for word in end.values() if word)}{hoped}")


def _end(played: Rehearsal) -> dict[str, Any]:
    match played.outcome:
        case Result(outcome=outcome, reason=reason):
            return {"outcome": outcome, "reason": reason}
        case MissingIdentity(needed=needed):
            return {"error": "missing_identity", "needed": f"one of {', '.join(needed)}"}
        case error:
            return {"error": error.reason}


def list_connections(pairs: Sequence[tuple[Connection, Vendor]], *, as_json: bool) -> None:
    if as_json:
        for connection, vendor in pairs:
            _json(connection.model_dump(mode="json") | {"base_url": connection.base_url or vendor.url})
        return
    table = Table("connection", "controller", "vendor", "serves", "regions", "mode", "address", "secrets", box=None)
    for connection, vendor in pairs:
        regions = "all" if connection.regions is None else ", ".join(connection.regions)
        table.add_row(
            connection.name,
            connection.controller,
            connection.adapter,
            ", ".join(connection.serves),
            regions,
            connection.mode,
            connection.base_url or vendor.url,
            ", ".join(sorted(set(connection.secrets.values()))),
        )
    console().print(table)


def _call(base_url: str, call: Call) -> dict[str, Any]:
    carried = {"params": dict(call.params), "form": dict(call.form or {}), "json": call.json}
    return {
        "method": call.method,
        "url": base_url.rstrip("/") + call.path,
        **{part: value for part, value in carried.items() if value},
    }


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
