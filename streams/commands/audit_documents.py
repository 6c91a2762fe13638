"""`audit receipt|confirmation`: what a person can be given, signed; `audit verify --file` checks it."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processors.reporting.confirmation import confirmation as confirmation_of
from processors.reporting.receipt import consented
from processors.reporting.receipt import receipt as receipt_of
from processors.reporting.report import policy_of, report_of
from processors.reporting.signing import signed
from schemas.contract import PolicyRef
from schemas.errors import InvalidRecord
from streams.commands.audit_facts import Controller, OneOfTwo, OneRequest, OutFile, Subject, given, known
from streams.commands.common import AsJson, BootstrapServers, DataDir, settings_for, show_json
from streams.notary.keys import signing_key
from streams.ownership.tenure import now_micros
from streams.storage import written

if TYPE_CHECKING:
    from pathlib import Path

    from processors.reporting.model import MatterReport, Report
    from schemas.policy import Policy
    from streams.settings import Settings


def receipt(  # noqa: PLR0917 - the command's options
    controller: Controller,
    subject: Subject,
    out: OutFile,
    event: Annotated[str | None, typer.Option(metavar="EVENT_ID", help="Of which event; default the newest.")] = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write a signed receipt of a consent: the fields of ISO/IEC TS 27560, as JSON, with a later end of it.

    What the standard asks for and nobody told us is null, and listed in
    `not_recorded`. The person is named by a pseudonym only.

    Example: consent-relay audit receipt --controller oomnis --subject c-1001 --out receipt.json
    """
    settings = settings_for(bootstrap_servers, data_dir)
    facts = known(settings, controller, subject)
    report = report_of(facts, now_micros())
    about = consented(report, event)
    made = receipt_of(report, facts, about, str(uuid.uuid4()), _policy(about))
    _write(settings, out, made)
    _tell(out, about, {"state": made["state"]}, f"now {made['state']}", as_json=as_json)


def confirmation(  # noqa: PLR0917 - the command's options
    controller: Controller,
    out: OutFile,
    subject: OneOfTwo = None,
    request: OneRequest = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write a signed confirmation of what became of a request: to erase, to stop, or to be answered.

    Who has acknowledged, executed and verified it are three things; what is
    kept, what stays in backups and who else was told stand apart. With
    --subject it is the person's newest request.

    Example: consent-relay audit confirmation --controller oomnis --subject c-1001 --out confirmation.json
    """
    settings = settings_for(bootstrap_servers, data_dir)
    facts, event_id = given(settings, controller, subject, request)
    report = report_of(facts, now_micros())
    about = _request(report, event_id)
    made = confirmation_of(report, about.event_id, str(uuid.uuid4()), _policy(about))
    _write(settings, out, made)
    told = {"status": made["status"], "result": made["result"]}
    _tell(out, about, told, f"{made['status']}: {made['result']}", as_json=as_json)


def _request(report: Report, event_id: str | None) -> MatterReport:
    """The one that is named, else the newest that asks for anything."""
    about = [one for one in report.matters if one.event_id == event_id or (event_id is None and one.is_confirmable)]
    if not about:
        raise InvalidRecord("the audit has no request of this person: no withdrawal, deletion, objection or the like")
    return max(about, key=lambda one: one.occurred_at)


def _policy(about: MatterReport) -> Policy | None:
    return policy_of(PolicyRef.parse(dict(about.policy)) if about.policy else None)


def _tell(out: Path, about: MatterReport, facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    """What was written, in a line, or as an object with these facts."""
    if as_json:
        named = {"event_id": about.event_id, "kind": about.kind, "occurred_at": about.occurred_at}
        show_json({"file": str(out), **named, **facts})
    else:
        typer.echo(f"{out}: {about.kind} of {about.occurred_at}, {text}")


def _write(settings: Settings, out: Path, document: dict[str, Any]) -> None:
    key = signing_key(settings)
    written(out, json.dumps(signed(document, key), ensure_ascii=False, indent=1) + "\n")
