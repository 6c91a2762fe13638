"""`policy list` and `policy show`: the registry as the relay reads it."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from schemas.policy import Policy, load_policy, policies
from streams.commands.screen import console, wrong_use

app = typer.Typer(help="The privacy policies that the relay knows.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.command("list")
def list_policies(*, as_json: Json = False) -> None:
    """List all policies and their versions."""
    with wrong_use():
        known = policies()
    if as_json:
        for policy in known:
            typer.echo(
                json.dumps({**policy.ref.model_dump(), "title": policy.title, "controller": policy.controller})
            )
        return
    table = Table("policy", "version", "controller", "purposes", "recipients", box=None)
    for policy in known:
        counts = (str(len(policy.purposes)), str(len(policy.recipients)))
        table.add_row(policy.id, policy.version, policy.controller, *counts)
    console().print(table)


@app.command("show")
def show_policy(
    policy_id: Annotated[str, typer.Argument(metavar="ID")],
    version: Annotated[str | None, typer.Option(help="Another version than the newest.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a policy's purposes, recipients and exemptions, each with its lines in the policy's text."""
    with wrong_use():
        policy = load_policy(policy_id, version)
    if as_json:
        whole = policy.model_dump(mode="json", exclude_none=True, by_alias=True)
        typer.echo(json.dumps({**whole, "withdrawable": sorted(policy.withdrawable)}))
        return
    screen = console()
    screen.print(f"{policy.title}, version {policy.version}, in force from {policy.effective}")
    screen.print(f"text sha256 {policy.text_sha256}\nfile sha256 {policy.sha256}\n")
    for table in (_purposes(policy), _recipients(policy), _exemptions(policy)):
        screen.print(table, "")


def _purposes(policy: Policy) -> Table:
    table = Table("purpose", "data", "bases", "withdrawal", "reaches", "lines", box=None)
    for purpose in policy.purposes:
        reach = "stops it" if purpose.id in policy.withdrawable else "goes on"
        reach += f", with {purpose.follows}" if purpose.follows else ""
        recipients = ", ".join(flow.to for flow in policy.flows.get(purpose.id, ())) or "nobody"
        table.add_row(
            purpose.id,
            purpose.domain,
            ", ".join(purpose.bases),
            reach,
            recipients,
            _cited(purpose.lines, purpose.mark),
        )
    return table


def _recipients(policy: Policy) -> Table:
    table = Table("recipient", "name", "deletion", "lines", box=None)
    for row in policy.recipients:
        deletion = policy.deletion_at(row)
        meaning = deletion.meaning if deletion.basis is None else f"{deletion.meaning} ({deletion.basis})"
        table.add_row(row.id, row.title, meaning, _cited(row.lines, row.mark))
    return table


def _exemptions(policy: Policy) -> Table:
    table = Table("exempt", "because", "lines", box=None)
    for row in policy.exemptions:
        table.add_row(row.id, row.reason, _cited(row.lines, row.mark))
    return table


def _cited(lines: tuple[int, ...], mark: str) -> str:
    return f"{', '.join(map(str, lines))} ({mark})"
