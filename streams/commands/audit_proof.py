"""`audit prove`, and what `audit verify --file` makes of its file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.notarising.checking import check, origins
from schemas.audit_proof import AuditProof
from schemas.errors import SetupError
from schemas.ids import pid
from schemas.kept import as_dict
from schemas.times import iso
from streams import topics
from streams.commands.audit_view import timeline
from streams.commands.common import AsJson, BootstrapServers, DataDir, complain, settings_for, show_json
from streams.commands.screen import console
from streams.logs import spans_of
from streams.notary.keys import known_keys
from streams.notary.prove import prove as collected
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Collection

    from streams.settings import Settings

Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write the proof; an existing file is kept.")]


def prove(
    controller: Annotated[str, typer.Option(help="The company, as its events name it.")],
    subject: Annotated[str, typer.Option(help="The person's subject_id there; it is never printed or written.")],
    out: Out,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write a proof of all that the audit says of one person: records, inclusion proofs, signed heads, policies.

    Whoever has the notary's public key checks it with `audit verify --file`, without Kafka and without us.

    Example: consent-relay audit prove --controller oomnis --subject c-1001 --out proof.json
    """
    settings = settings_for(bootstrap_servers, data_dir)
    if out.exists():
        raise SetupError(f"{out} is there already", remedy="name another file with --out")
    person = pid(settings.key("pepper"), controller, subject)
    proof, begins = asyncio.run(_collected(settings, controller, person))
    try:
        out.write_text(proof.model_dump_json(indent=1) + "\n", "utf-8")
    except OSError as error:
        raise SetupError(f"{out} can't be written: {error.strerror}", remedy="name another file with --out") from None
    records = sum(len(part.records) for part in proof.partitions)
    if as_json:
        told = {"file": str(out), "pid": person, "records": records, "unsigned": proof.unsigned}
        show_json(told | {"begins": {str(number): offset for number, offset in begins.items()}})
    else:
        typer.echo(f"{out}: {records} records of {person}, each under a signed head")
    if proof.unsigned:
        complain(f"{proof.unsigned} newer ones are not in it, as no head covers them yet: prove again in a minute")
    for number, offset in begins.items():
        complain(f"partition {number} begins at offset {offset}: what was before has been deleted, and is not in it")


async def _collected(settings: Settings, controller: str, person: str) -> tuple[AuditProof, dict[int, int]]:
    """The proof; and of its partitions, where those begin whose beginning was deleted."""
    proof = await collected(settings, known_keys(settings), controller, person, now_micros())
    spans = await spans_of(settings, topics.AUDIT, [part.partition for part in proof.partitions])
    return proof, {number: begin for number, (begin, _) in spans.items() if begin}


def show_proof(text: bytes, keys: Collection[bytes], *, as_json: bool) -> None:
    """Check a proof, in which nothing stands twice, and show what it proves.

    Raises:
        NotProven: it doesn't hold.

    """
    proof = AuditProof.read(text)
    records = check(proof, keys)
    if as_json:
        told = [as_dict(record) for record in records]
        policies = [policy.model_dump() for policy in proof.policies]
        show_json({"good": True, "pid": proof.pid, "trees": origins(proof), "policies": policies, "records": told})
        return
    screen = console()
    screen.print(f"good: {len(records)} records of {proof.pid} at {proof.controller}")
    screen.print(f"made {iso(proof.at)}, as it says itself: the moments of the records are under the heads")
    screen.print(f"under heads of {', '.join(origins(proof))}")
    for policy in proof.policies:
        screen.print(f"policy {policy.id} {policy.version}, SHA-256 {policy.sha256}")
    screen.print(timeline(records))
