"""Reports from a real worker's audit: a consent, its withdrawal, and a deletion that leaves something behind."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from commands_support import Cli, fields, jsonl
from html_reader import HtmlReader
from ownership_support import until
from reading import audit

from streams.commands.requests_kept import filed
from streams.demo.cast import make_cast
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from infra.sandbox import Person

LIMIT_S = 120.0
GRANT, STOP, ERASE = (str(uuid4()) for _ in range(3))
WHO = ("--controller", "oomnis")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1), retry_budget=0.1, checkpoint_interval=0.5) as stage:
        yield stage


def cli_of(stage: Stage) -> Cli:
    return Cli({f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}, stage.settings)


async def publish(stage: Stage, person: Person) -> None:
    """They agree, take a part of it back, and want to be forgotten."""
    named = {"email": person.email, "ga_client_id": person.ga_client_id}
    identities = [{"type": kind, "value": value} for kind, value in named.items() if value]
    about: dict[str, Any] = {"identities": identities, "jurisdiction": "EEA"}
    both, one = ["marketing-campaigns", "surveys"], ["marketing-campaigns"]
    events: list[dict[str, Any]] = [
        {"event_id": GRANT, "kind": "consent.granted", "purposes": both, "occurred_at": "2026-03-02T09:30:00Z"},
        {"event_id": STOP, "kind": "consent.withdrawn", "purposes": one, "occurred_at": "2026-05-03T10:00:00Z"},
        {"event_id": ERASE, "kind": "deletion.requested", "purposes": ..., "occurred_at": "2026-06-01T08:00:00Z"},
    ]
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(*(fields(person.key, **{**about, "method": "web_form", **event}) for event in events)))
    code, _, errors = await cli_of(stage).ended("publish", str(file))
    assert code == 0, errors


async def waits_for_people(stage: Stage) -> bool:
    """Only tasks are left of both requests."""
    found = [one.request for one in await filed(stage.settings)]
    open_legs = [leg for one in found for leg in one.pending]
    return len(found) == 2 and all(leg.kind == "task" or leg.outcome == "manual_task" for leg in open_legs)


async def finish(stage: Stage) -> None:
    """By hand, all but one task of the deletion: its report must say so."""
    pending = [leg for one in await filed(stage.settings) for leg in one.request.pending]
    left = next(leg for leg in pending if leg.task == "reply")
    ids = [leg.leg_id for leg in pending if leg is not left]
    why = ("--reason", "ticket 7", "--by", "eva", "--link", "https://t.example/7")
    for one in ids:
        code, _, errors = await cli_of(stage).ended("tasks", "done", one, *why)
        assert code == 0, errors


async def test_reports_of_a_person_tell_who_acted_and_name_nobody(stage: Stage) -> None:
    person = stage.cast.people[5]
    worker = await stage.start_worker()
    await worker.ready()
    await publish(stage, person)
    await until(lambda: waits_for_people(stage), LIMIT_S)
    await finish(stage)
    cli, here = cli_of(stage), stage.directory
    for kind in ("html", "json", "csv"):
        out = str(here / f"report.{kind}")
        code, said, errors = await cli.ended(
            "audit", "export", *WHO, "--subject", person.key, "--format", kind, "--out", out
        )
        assert (code, "3 events" in said) == (0, True), errors
    report = json.loads((here / "report.json").read_text())
    assert [one["kind"] for one in report["matters"]] == [
        "consent.granted", "consent.withdrawn", "deletion.requested",
    ]  # fmt: skip
    legs = {leg["lane"]: leg for leg in report["matters"][2]["legs"] if leg["lane"]}
    assert legs["zoho-crm"]["result"] in {"executed", "verified"}
    assert legs["zoho-crm"]["deadline"]["met"] == "met"
    assert len(report["timeline"]) == len(
        [one for one in await audit(stage.settings) if one.pid == report["subject"]]
    )
    names_its_head(report)
    read = HtmlReader((here / "report.html").read_text())
    assert (read.open, read.loads) == ([], [])
    assert read.links <= set(read.ids)
    assert len(set(read.ids)) == len(read.ids)
    rows = list(csv.DictReader((here / "report.csv").read_text().splitlines()))
    assert len(rows) == sum(len(one["legs"]) for one in report["matters"])
    code, _, errors = await cli.ended(
        "audit", "export", *WHO, "--request", STOP[:13], "--out", str(here / "one.html")
    )
    assert code == 0, errors
    assert STOP in (here / "one.html").read_text()
    assert GRANT not in (here / "one.html").read_text()
    await given_to_the_person(stage, person)
    hunted(stage, person)


def names_its_head(report: dict[str, Any]) -> None:
    """Under which are the oldest records at least."""
    (head,) = report["heads"]
    assert head["origin"].endswith(f"consent-relay/audit/{head['partition']}")
    assert 3 <= head["listed"] <= min(head["records"], head["size"])
    assert head["records"] == len(report["timeline"])


async def given_to_the_person(stage: Stage, person: Person) -> None:
    """Signed, and checked without Kafka by the public key alone."""
    cli, here, of = cli_of(stage), stage.directory, ("--subject", person.key)
    receipt, confirmation, public = here / "receipt.json", here / "confirmation.json", here / "notary.pub"
    for command in (
        ("receipt", *WHO, *of, "--event", GRANT, "--out", str(receipt)),
        ("confirmation", *WHO, "--request", ERASE, "--out", str(confirmation)),
    ):
        code, _, errors = await cli.ended("audit", *command)
        assert code == 0, errors
    code, keys, errors = await cli.ended("audit", "key")
    public.write_text(keys)
    away = Cli({"CONSENT_RELAY_DATA_DIR": str(here / "elsewhere")}, stage.settings)
    for file in (receipt, confirmation):
        code, said, errors = await away.ended("audit", "verify", "--file", str(file), "--key", str(public))
        assert (code, said.startswith("good: consent-relay.")) == (0, True), errors
    made = json.loads(receipt.read_text())
    became = [(one["kind"], one["event_state"]) for one in made["record"]["events"]]
    assert became == [
        ("consent.granted", "given"), ("consent.withdrawn", "withdrawn"), ("deletion.requested", "withdrawn"),
    ]  # fmt: skip
    assert made["state"] == "withdrawn"
    made = json.loads(confirmation.read_text())
    assert (made["right"], made["status"], made["all_done"], made["completed_time"]) == (
        "erasure", "in_progress", False, None,
    )  # fmt: skip
    assert made["backups"]["until"]
    assert made["states"]["executed"] > made["states"]["verified"] >= 1
    confirmation.write_text(confirmation.read_text().replace("in_progress", "completed"))
    code, _, errors = await away.ended("audit", "verify", "--file", str(confirmation), "--key", str(public))
    assert (code, "was altered" in errors) == (1, True)
    told = await cli.said("audit", "retention")
    (line,) = told["controllers"]
    assert (line["controller"], line["people"], line["open"], line["past"]) == ("oomnis", 1, 1, 0)


def hunted(stage: Stage, person: Person) -> None:
    """Nothing that finds the person is in any file that was written."""
    named = (person.key, person.email, person.email.upper(), person.email.partition("@")[0], person.ga_client_id)
    files = [path for path in stage.directory.iterdir() if path.stem in {"report", "one", "receipt", "confirmation"}]
    assert len(files) == 6
    for path in files:
        text = path.read_text("utf-8")
        assert [name for name in named if name and name in text] == []
