"""`audit ...`: what was chosen, who was told, what they did, and when; and what shows it."""

from __future__ import annotations

import asyncio

import typer

from streams import topics
from streams.commands.audit_documents import confirmation, receipt
from streams.commands.audit_export import export
from streams.commands.audit_facts import Controller, Subject, fact_of, known, known_then
from streams.commands.audit_proof import prove
from streams.commands.audit_retention import retention
from streams.commands.audit_verify import key, verify
from streams.commands.audit_view import line, standing, timeline, told_of
from streams.commands.common import AsJson, BootstrapServers, DataDir, When, require_topics, settings_for, show_json
from streams.commands.screen import console
from streams.logs import scan
from streams.replaying.cuts import as_of

app = typer.Typer(
    name="audit", help="The audit: every decision and every confirmation, pseudonymous.", no_args_is_help=True
)
for _command in (export, receipt, confirmation, retention, verify, prove, key):
    app.command()(_command)


@app.command()
def show(
    controller: Controller,
    subject: Subject,
    as_of_: When = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show one person's history. Times are UTC; in JSON they are microseconds since 1970.

    The person is found by a pseudonym that takes the pepper. With --as-of only
    the person's own partition is read, up to then, and what stood then is shown
    below. Exit code 1: nothing is known of such a person.

    Example: consent-relay audit show --controller oomnis --subject c-1001 --as-of 2026-05-03T12:00:00Z
    """
    settings = settings_for(bootstrap_servers, data_dir)
    if as_of_ is None:
        facts, state = known(settings, controller, subject), None
    else:
        facts, state = known_then(settings, controller, subject, as_of(as_of_))
    person = facts[0].record.pid
    if as_json:
        stood = {} if state is None else {"state": told_of(state)}
        show_json({"controller": controller, "pid": person, "records": [fact.as_json() for fact in facts], **stood})
        return
    screen = console()
    screen.print(f"{person} at {controller}, {len(facts)} records")
    screen.print(timeline(fact.record for fact in facts))
    if state is not None:
        screen.print(standing(state))


@app.command()
def tail(bootstrap_servers: BootstrapServers = None, data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Follow new records until Ctrl-C; with --json one object a line.

    Example: consent-relay audit tail --json
    """
    settings = settings_for(bootstrap_servers, data_dir)

    async def follow() -> None:
        await require_topics(settings, topics.AUDIT)
        async for record in scan(settings, topics.AUDIT, follow=True):
            fact = fact_of(record)
            show_json(fact.as_json()) if as_json else typer.echo(line(fact.record))

    asyncio.run(follow())
