"""A worker's run to be replayed: what is published, how commands look at it, and a fence around their sockets."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

from commands_support import Cli, fields, jsonl
from ownership_support import until
from reading import committed

from infra.sandbox import Fault
from processors.replaying.fold import Fold, in_order
from schemas.codec import decode_own
from schemas.records import AuditRecord
from streams import topics

if TYPE_CHECKING:
    from streams.demo.stage import Stage

LIMIT_S = 120.0
PUBLISHED = 16
_UNTOLD = {None, "attempted"}
FILES = ("people.jsonl", "requests.jsonl", "deliveries.jsonl", "replay.json")
_GUARD = """
import json, os, sys
def look(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(json.dumps(list(args[1][:2])) + "\\n")
        if args[1][1] != int(os.environ["GUARD_PORT"]):
            raise OSError("the socket guard refuses " + str(args[1]))
sys.addaudithook(look)
"""


def cli_of(stage: Stage, **env: str) -> Cli:
    given = {f"CONSENT_RELAY_{name}": value for name, value in stage.settings.given().items()}
    return Cli({**given, **env}, stage.settings)


async def publish(stage: Stage, *events: dict[str, Any]) -> None:
    file = stage.directory / "events.jsonl"
    file.write_text(jsonl(*events))
    code, _, errors = await cli_of(stage).ended("publish", str(file))
    assert code == 0, errors


def about(stage: Stage, number: int, kind: str, at: str, **more: Any) -> dict[str, Any]:
    person = stage.cast.people[number]
    named = {"email": person.email, "ga_client_id": person.ga_client_id}
    identities = [{"type": name, "value": value} for name, value in named.items() if value]
    return fields(person.key, kind=kind, identities=identities, occurred_at=f"2026-03-02T09:{at}:00Z", **more)


async def replayed(stage: Stage, name: str, *more: str) -> dict[str, bytes]:
    out = stage.directory / name
    await asyncio.to_thread(cli_of(stage).run, "replay", "--out", str(out), "--processes", "1", *more)
    return {file: (out / file).read_bytes() for file in FILES}


async def fenced(stage: Stage, name: str, *more: str) -> dict[str, bytes]:
    """The same, by processes that may connect to the broker alone."""
    out = stage.directory / name
    code, told, errors = await cli_of(stage, **guard(stage)).ended("replay", "--out", str(out), *more, "--json")
    assert code == 0, (told, errors)
    return {file: (out / file).read_bytes() for file in FILES}


async def differences(stage: Stage, *more: str) -> tuple[int, list[dict[str, Any]]]:
    done = await asyncio.to_thread(cli_of(stage).run, "replay", "--diff", *more, "--json", code=None)
    assert done.exit_code in {0, 1}, done.output
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


async def settles(stage: Stage) -> None:
    """All that was published is judged, each delivery has been told of, and everybody keeps what the audit says."""

    async def told() -> bool:
        folds = [Fold() for _ in range(stage.settings.partitions)]
        for record in await committed(stage.settings, topics.AUDIT):
            folds[record.partition].take(record.offset, decode_own(AuditRecord, record.value))
        judged = sum(fold.kinds[kind] for fold in folds for kind in ("planned", "stale", "duplicate"))
        legs = [leg for fold in folds for request in in_order(fold.requests) for leg in request.legs]
        return judged == PUBLISHED and not any(leg.kind == "delivery" and leg.outcome in _UNTOLD for leg in legs)

    async def kept() -> bool:
        _, told = await differences(stage)
        return (told[-1]["moving"], told[-1]["differences"], told[-1]["people"]) == (0, 0, 8)

    await until(told, LIMIT_S)
    await until(kept, LIMIT_S)


def guard(stage: Stage) -> dict[str, str]:
    """For every process of a command: it may connect to the broker alone."""
    place = stage.directory / "guard"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(_GUARD)
    port = str(stage.settings.bootstrap_servers).rpartition(":")[2]
    path = os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PYTHONPATH": path, "GUARD_PORT": port, "GUARD_LOG": str(place / "log")}


async def run_a_while(stage: Stage) -> None:
    """Consents, withdrawals, deletions; a vendor that is down for one person; a worker killed in between."""
    stage.sandbox.arm(Fault(kind="status", vendor="zoho_crm", person=stage.cast.people[5].key, status=503))
    await (await stage.start_worker()).ready()
    grants = [about(stage, n, "consent.granted", "10", purposes=["surveys"]) for n in range(8)]
    await publish(stage, *grants, about(stage, 5, "deletion.requested", "30", purposes=...))
    await stage.kill_worker()
    await (await stage.start_worker()).ready()
    await publish(
        stage,
        *(about(stage, n, "consent.withdrawn", "20", purposes=["surveys"]) for n in range(4)),
        about(stage, 1, "deletion.requested", "40", purposes=...),
        about(stage, 2, "consent.granted", "15", purposes=["surveys"]),
        grants[3],
    )
