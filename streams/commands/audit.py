"""`audit show|tail|verify|prove|key`: what was chosen, who was told, what they did, and when."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from schemas.codec import decode
from schemas.errors import InvalidRecord
from schemas.ids import pid
from schemas.records import AuditRecord
from streams import topics
from streams.commands.audit_proof import prove
from streams.commands.audit_verify import key, verify
from streams.commands.audit_view import line, timeline
from streams.commands.common import AsJson, BootstrapServers, DataDir, require_topics, settings_for, show_json
from streams.commands.screen import console
from streams.logs import scan

if TYPE_CHECKING:
    from streams.settings import Settings

app = typer.Typer(help="The audit: every decision and every confirmation, pseudonymous.", no_args_is_help=True)
for _command in (verify, prove, key):
    app.command()(_command)
Controller = Annotated[str, typer.Option(help="The company, as its events name it.")]
Subject = Annotated[str, typer.Option(help="The person's subject_id there; it is never printed.")]


class Fact(NamedTuple):
    """An audit record and where it stands."""

    partition: int
    offset: int
    record: AuditRecord

    def as_json(self) -> dict[str, Any]:
        return {"partition": self.partition, "offset": self.offset, **self.record.model_dump(mode="json")}


@app.command()
def show(
    controller: Controller,
    subject: Subject,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show one person's history. Times are UTC; in JSON they are microseconds since 1970.

    The person is found by a pseudonym that takes the pepper. Exit code 1: nothing is known of such a person.

    Example: consent-relay audit show --controller oomnis --subject c-1001
    """
    settings = settings_for(bootstrap_servers, data_dir)
    person = pid(settings.key("pepper"), controller, subject)
    facts = asyncio.run(facts_of(settings, person))
    if not facts:
        raise InvalidRecord(
            f"the audit knows nobody by that subject_id at {controller} ({person}); a subject_id is the controller's "
            "own id for the person, and the pepper must be the one that the worker holds"
        )
    if as_json:
        show_json({"controller": controller, "pid": person, "records": [fact.as_json() for fact in facts]})
        return
    screen = console()
    screen.print(f"{person} at {controller}, {len(facts)} records")
    screen.print(timeline(fact.record for fact in facts))


@app.command()
def tail(bootstrap_servers: BootstrapServers = None, data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Follow new records until Ctrl-C; with --json one object a line.

    Example: consent-relay audit tail --json
    """
    settings = settings_for(bootstrap_servers, data_dir)

    async def follow() -> None:
        await require_topics(settings, topics.AUDIT)
        async for record in scan(settings, topics.AUDIT, follow=True):
            fact = Fact(record.partition, record.offset, decode(AuditRecord, record.value))
            show_json(fact.as_json()) if as_json else typer.echo(line(fact.record))

    asyncio.run(follow())


async def facts_of(settings: Settings, person: str) -> list[Fact]:
    """All records about one pid, in the order of their times; those of one partition in the order they were written.

    They stand on the person's own partition, but for what was met elsewhere: forwarded and rejected records.

    Raises:
        SetupError, TopicsError

    """
    await require_topics(settings, topics.EVENTS, topics.AUDIT)
    found: dict[int, list[Fact]] = defaultdict(list)
    async for record in scan(settings, topics.AUDIT):
        if record.key == person.encode():
            fact = Fact(record.partition, record.offset, decode(AuditRecord, record.value))
            found[record.partition].append(fact)
    return list(heapq.merge(*found.values(), key=lambda fact: fact.record.at))
