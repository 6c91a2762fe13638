"""Adapters, their calls and connections as tables for a person, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from processors.engine.kinds import KINDS
from processors.vendors.base import Call, Result
from schemas.errors import MissingIdentity
from schemas.records import ACTIONS
from schemas.windows import length
from streams.commands.screen import console

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.engine.rehearse import Rehearsal
    from processors.vendors.base import Instruction, Vendor
    from processors.vendors.capability import Capability
    from schemas.connections import Connection
    from schemas.windows import Window


def list_vendors(kinds: Sequence[type[Vendor]], *, as_json: bool) -> None:
    if as_json:
        for kind in kinds:
            _json(_facts(kind))
        return
    table = Table("vendor", "name", *ACTIONS, "finds a person by", box=None)
    for kind in kinds:
        ends = [_ending(kind.can[action]) if action in kind.can else "-" for action in ACTIONS]
        table.add_row(kind.name, kind.title, *ends, ", ".join(kind.identifies_by))
    console().print(table)


def show_vendor(
    vendor: Vendor, base_url: str, limits: Sequence[Window], wait_s: float | None, *, as_json: bool
) -> None:
    """`limits`: the adapter's own, or a connection's. wait_s: the connection's `batch_wait_s`."""
    options = {name: _option(field) for name, field in vendor.options_type.model_fields.items()}
    facts = {**_facts(type(vendor), wait_s), "base_url": base_url, "options": options}
    facts |= {"limits": _windows(limits), "apis": vendor.apis}
    if as_json:
        _json(facts)
        return
    screen = console()
    screen.print(f"{vendor.title} ({vendor.name})\n{vendor.docs}\n")
    for action, can in vendor.can.items():
        screen.print(f"{action:9} {_ending(can)}: {can.says}")
        for plan in _plans(can):
            screen.print(f"{'':10}{plan}")
        if can.batch > 1:
            screen.print(f"{'':10}{_company(can, wait_s)}")
    table = Table("", "", box=None, show_header=False)
    table.add_row("finds a person by", ", ".join(vendor.identifies_by))
    table.add_row("channels", ", ".join(vendor.channels))
    table.add_row("keeps purposes apart", "yes" if vendor.per_purpose else "no, it has one switch for the person")
    table.add_row("base_url", base_url)
    for number, window in enumerate(limits):
        table.add_row("" if number else "limits", str(window))
    if any(vendor.apis):
        table.add_row("apis", ", ".join(vendor.apis))
    table.add_row("secrets", ", ".join(KINDS[vendor.auth].secrets) or "none")
    for name, meaning in options.items():
        table.add_row(f"options.{name}", meaning)
    screen.print("", table)


def show_calls(vendor: Vendor, base_url: str, instruction: Instruction, played: Rehearsal, *, as_json: bool) -> None:
    """The calls in their order. What the vendor answers is made up; its record ids are placeholders."""
    steps = [_call(base_url, step) if isinstance(step, Call) else {"note": list(step.refs)} for step in played.steps]
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


def _ending(can: Capability) -> str:
    return can.closing if can.kind == "api" else can.kind


def _company(can: Capability, wait_s: float | None) -> str:
    room = "" if can.batch_bytes is None else f" or {can.batch_bytes} bytes"
    return (
        f"up to {can.batch} people{room} in one call; they wait {can.company_s(wait_s):g} s at most for one another"
    )


def _plans(can: Capability) -> Iterator[str]:
    """When the vendor is asked about what it has taken."""
    if jobs := can.polls:
        first, most, limit = (length(seconds) for seconds in (jobs.first_s, jobs.ceiling_s, jobs.limit_s))
        then = f"then {jobs.factor:g} times as late, at most {most} apart"
        yield f"a job is asked about after {first}, {then}, for {limit}"
    if can.read_back_s is not None:
        yield f"read back after {length(can.read_back_s)}, unless a connection's read_back says otherwise"


def _facts(kind: type[Vendor], wait_s: float | None = None) -> dict[str, Any]:
    return {
        "vendor": kind.name,
        "title": kind.title,
        "docs": kind.docs,
        "channels": kind.channels,
        "per_purpose": kind.per_purpose,
        "identifies_by": kind.identifies_by,
        "can": {action: _capability(can, wait_s) for action, can in kind.can.items()},
        "secrets": KINDS[kind.auth].secrets,
        "limits": _windows(kind.limits),
    }


def _windows(limits: Sequence[Window]) -> list[Any]:
    return [window.model_dump(mode="json") for window in limits]


def _capability(can: Capability, wait_s: float | None) -> Mapping[str, Any]:
    return {
        "ends": _ending(can),
        "idempotent": can.idempotent,
        "batch": can.batch,
        "batch_wait_s": can.company_s(wait_s) if can.batch > 1 else None,
        "batch_bytes": can.batch_bytes,
        "vendor_limit_s": can.vendor_limit_s,
        "polls": can.polls and asdict(can.polls),
        "read_back_s": can.read_back_s,
        "says": can.says,
    }


def _option(field: Any) -> str:
    return "required" if field.is_required() else f"default {field.default!r}"


def _call(base_url: str, call: Call) -> dict[str, Any]:
    carried = {"params": dict(call.params), "form": dict(call.form or {}), "json": call.json}
    return {
        "method": call.method,
        "url": base_url.rstrip("/") + call.path,
        **{part: value for part, value in carried.items() if value},
    }


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
