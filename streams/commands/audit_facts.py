"""A person's records, read from the audit: found by their pseudonym, or by one of their events."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from processors.notarising.leaf import leaf_of
from processors.reporting.fact import Fact, controller_of
from schemas.audit_head import head_of
from schemas.codec import decode
from schemas.errors import InvalidRecord, SetupError, UndecodableRecord
from schemas.ids import pid
from schemas.records import AuditRecord
from streams import topics
from streams.commands.common import require_topics
from streams.commands.requests_kept import SHORTEST
from streams.logs import scan
from streams.replaying.cuts import cuts
from streams.replaying.part import Part, fold
from streams.wire import home_of

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from schemas.state import SubjectState
    from streams.replaying.cuts import AsOf
    from streams.settings import Settings

Controller = Annotated[str, typer.Option(help="The company, as its events name it.")]
Subject = Annotated[str, typer.Option(help="The person's subject_id there; it is never printed.")]
OneOfTwo = Annotated[
    str | None, typer.Option("--subject", help="The person's subject_id there; it is never printed.")
]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; an existing file is kept.")]
OneRequest = Annotated[
    str | None, typer.Option("--request", metavar="EVENT_ID", help="Or one request: its event_id, or the beginning.")
]


def fact_of(record: ConsumerRecord) -> Fact:
    leaf = leaf_of(record.timestamp, record.key, record.value, record.headers)
    return Fact(record.partition, record.offset, decode(AuditRecord, record.value), leaf)


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
            found[record.partition].append(fact_of(record))
    return list(heapq.merge(*found.values(), key=lambda fact: fact.record.at))


def known(settings: Settings, controller: str, subject: str) -> list[Fact]:
    """All records about a person.

    Raises:
        InvalidRecord: there are none.
        SetupError: no broker answers, or the pepper is missing.

    """
    person = pid(settings.key("pepper"), controller, subject)
    return asyncio.run(facts_of(settings, person)) or _nobody(controller, person)


def _nobody(controller: str, person: str) -> NoReturn:
    raise InvalidRecord(
        f"the audit knows nobody by that subject_id at {controller} ({person}); a subject_id is the controller's "
        "own id for the person, and the pepper must be the one that the worker holds"
    )


def known_then(
    settings: Settings, controller: str, subject: str, then: AsOf
) -> tuple[list[Fact], SubjectState | None]:
    """A person's records up to then, of their own partition alone, and what stood for them.

    Raises:
        InvalidRecord: there are none.
        SetupError: no broker, no such moment, a policy is unknown, or a record can't be read.

    """
    person, home = pid(settings.key("pepper"), controller, subject), home_of(settings.partitions)(subject)
    found: list[Fact] = []

    async def read() -> SubjectState | None:
        part = Part(home, (await cuts(settings, then))[home], pid=person)
        made = await fold(settings, part, lambda _: None, lambda _, record: found.append(fact_of(record)))
        return made.people.get(person)

    state = asyncio.run(read())
    return found or _nobody(controller, person), state


def asked(settings: Settings, controller: str, text: str) -> tuple[list[Fact], str]:
    """All records about whoever asked a request of this controller, and its whole event_id. text: its beginning.

    Raises:
        InvalidRecord: too short, or no event begins so, or several do.
        SetupError: no broker answers.

    """
    if len(text) < SHORTEST:
        raise InvalidRecord(f"{text!r} is too short: at least the first {SHORTEST} characters of an event_id")
    found = asyncio.run(_askers(settings, text))
    if not found:
        raise InvalidRecord(f"the audit has no event whose event_id begins with {text}")
    if (events := len({event for event, _ in found})) > 1:
        raise InvalidRecord(f"{events} events begin with {text}: write more of it")
    if len(found) > 1:
        raise InvalidRecord(f"{len(found)} people have an event with that id: name the person by --subject")
    (event_id, person), *_ = found
    facts = asyncio.run(facts_of(settings, person))
    if controller_of(facts) != controller:
        raise InvalidRecord(f"that event is not of {controller}")
    return facts, event_id


def given(
    settings: Settings, controller: str, subject: str | None, request: str | None
) -> tuple[list[Fact], str | None]:
    """What `--subject` or `--request` names. Raises as `known` and `asked`; SetupError: neither or both are given."""
    if request is not None and subject is None:
        return asked(settings, controller, request)
    if subject is not None and request is None:
        return known(settings, controller, subject), None
    raise SetupError("name the person by --subject, or one --request", remedy="see --help")


async def _askers(settings: Settings, text: str) -> set[tuple[str, str]]:
    """The events that begin so, each with its person."""
    await require_topics(settings, topics.EVENTS, topics.AUDIT)
    found: set[tuple[str, str]] = set()
    async for record in scan(settings, topics.AUDIT):
        try:
            head = head_of(record.value or b"")
        except UndecodableRecord:
            continue
        if head.pid and head.event_id and head.event_id.startswith(text):
            found.add((head.event_id, head.pid))
    return found
