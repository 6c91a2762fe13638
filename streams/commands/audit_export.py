"""`audit export`: one person's history, or one request, for somebody outside: a regulator, a court, the person."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from processors.reporting.page import page
from processors.reporting.report import report_of
from processors.reporting.table import table
from streams.commands.audit_facts import Controller, OneOfTwo, OneRequest, OutFile, given
from streams.commands.common import AsJson, BootstrapServers, DataDir, settings_for, show_json
from streams.notary.newest import newest_heads
from streams.ownership.tenure import now_micros
from streams.storage import written

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.reporting.model import Report

Format = Literal["html", "json", "csv"]


def export(  # noqa: PLR0917 - the command's options
    controller: Controller,
    out: OutFile,
    subject: OneOfTwo = None,
    request: OneRequest = None,
    file_format: Annotated[Format, typer.Option("--format", help="A page, all as data, or a row a leg.")] = "html",
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write what the audit has of a person, or of one request, to a file: who was told, what they did, by when.

    html is one page that needs nothing else and prints on A4; json has all of
    it; csv has a row for each leg, safe for spreadsheets. The person is named
    by a pseudonym only. It names the signed heads of its records and checks
    none of them: `audit prove` does. --json is about what this command says.

    Example: consent-relay audit export --controller oomnis --subject c-1001 --out report.html
    """
    settings = settings_for(bootstrap_servers, data_dir)
    facts, event_id = given(settings, controller, subject, request)
    report = report_of(facts, now_micros(), event_id, asyncio.run(newest_heads(settings, facts)))
    written(out, _WRITERS[file_format](report))
    events, records = len(report.matters), len(report.timeline)
    if as_json:
        show_json({"file": str(out), "pid": report.subject, "events": events, "records": records})
    else:
        typer.echo(f"{out}: {events} events and {records} records of {report.subject}")


def _json(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n"


_WRITERS: dict[Format, Callable[[Report], str]] = {"html": page, "json": _json, "csv": table}
