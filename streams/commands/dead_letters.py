"""`dead-letters list|show|redrive`: records that could not be carried out, kept byte for byte and sealed."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from schemas.codec import decode, decode_raw
from schemas.errors import InvalidRecord, SetupError, UndecodableRecord
from schemas.events import ConsentEvent
from schemas.records import DeadLetter
from schemas.sealing import Seals
from schemas.times import iso
from streams import topics
from streams.commands.carrying import had_nothing_to_do
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    DataDir,
    Reason,
    require_topics,
    say,
    settings_for,
    show_json,
)
from streams.commands.lane_orders import carry_out
from streams.commands.orders import By, Wait, operator, order, require_said
from streams.commands.redrive import delivery_in, redrive_letter
from streams.commands.remedies import remedy_for
from streams.commands.screen import console
from streams.lanes.orders.redriving import DELIVERY, REDRIVE
from streams.logs import scan

if TYPE_CHECKING:
    from streams.settings import Settings

app = typer.Typer(
    name="dead-letters", help="Records that could not be carried out: sealed, kept for 90 days.", no_args_is_help=True
)
OriginOf = Annotated[str, typer.Argument(metavar="ORIGIN", help='As `list` shows it: "consent.events[2]@17".')]
Redriven = Annotated[str | None, typer.Argument(metavar="ORIGIN", help="One dead letter, as `list` shows it.")]
OfLane = Annotated[str | None, typer.Option("--lane", help="All that has failed in this lane.")]
OneDelivery = Annotated[str | None, typer.Option(metavar="ID", help="Of that lane, only this delivery_id.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Open the seal: this SHOWS PERSONAL DATA on the screen.")]


@app.command("list")
def list_letters(
    bootstrap_servers: BootstrapServers = None, data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """List all dead letters; with --json one object a line.

    Example: consent-relay dead-letters list
    """
    letters = asyncio.run(_letters(settings_for(bootstrap_servers, data_dir)))
    if as_json:
        for letter in letters:
            show_json(_facts(letter))
        return
    table = Table("time", "origin", "from", "reason", "field", "protective", box=None)
    for letter in letters:
        protects = "yes" if letter.protective else ""
        table.add_row(iso(letter.at), str(letter.origin), letter.source, letter.reason, letter.field or "", protects)
    console().print(table if letters else "there are no dead letters")


@app.command()
def show(
    origin: OriginOf,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    *,
    reveal: Reveal = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: its facts, and with --reveal what it holds, which takes the relay key.

    Example: consent-relay dead-letters show "consent.events[2]@17" --reveal
    """
    settings = settings_for(bootstrap_servers, data_dir)
    letter = asyncio.run(_find(settings, origin))
    facts = _facts(letter)
    if reveal:
        facts |= _opened(letter, Seals(settings.key("relay_key")))
    if as_json:
        show_json(facts)
        return
    for name, value in facts.items():
        text = json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value
        say(f"{name}: {'-' if value is None else text}")


@app.command()
def redrive(
    origin: Redriven = None,
    *,
    reason: Reason,
    lane: OfLane = None,
    delivery: OneDelivery = None,
    by: By = None,
    wait: Wait = 30,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Have a record carried out once more: one dead letter, or what has failed in a lane.

    - a record that the router rejected is published again, byte for byte;
    - a delivery that failed in a lane starts a new cycle, with what newer
      choices have left of it; with nothing left it ends as `superseded`.
      What a legal hold keeps stays failed. The audit says who wanted it and why.

    Exit code 1: what was named hasn't failed; 2: no worker did it in time, it stands, and the next one finds it.

    Example: consent-relay dead-letters redrive "consent.events[2]@17" --reason "policy 2025-11 is registered now"
    Example: consent-relay dead-letters redrive --lane zoho-crm --reason "the scopes are granted now"
    """
    if (origin is None) == (lane is None) or (delivery and not lane):
        raise SetupError(
            "what is to be sent once more isn't said",
            remedy="name an ORIGIN as `dead-letters list` shows it, or a --lane with or without one --delivery",
        )
    require_said(by := by or operator(), reason)
    settings = settings_for(bootstrap_servers, data_dir)
    if origin is not None:
        seals, letter = Seals(settings.key("relay_key")), asyncio.run(_find(settings, origin))
        if letter.source == "router":
            _published(origin, asyncio.run(redrive_letter(settings, letter, seals, by, reason)), as_json=as_json)
            return
        lane, delivery = delivery_in(letter, seals)
    told = carry_out(settings, order(REDRIVE, _named(delivery), by, reason, lane), wait, as_json=as_json)
    if delivery and told and all(map(had_nothing_to_do, told)):
        raise InvalidRecord("it has not failed there, or not any more: see what became of it with `audit show`")


def _named(delivery: str | None) -> dict[str, str]:
    return {DELIVERY: delivery} if delivery else {}


def _published(origin: str, partition: int, *, as_json: bool) -> None:
    if as_json:
        show_json({"origin": origin, "topic": topics.EVENTS, "partition": partition})
    else:
        typer.echo(f"{origin} was published again, to {topics.EVENTS}[{partition}]; the audit tells the rest")


def _facts(letter: DeadLetter) -> dict[str, Any]:
    return {
        "origin": str(letter.origin),
        "source": letter.source,
        "reason": letter.reason,
        "field": letter.field,
        "protective": letter.protective,
        "at": iso(letter.at),
        "has_value": letter.sealed is not None,
        "what_to_do": remedy_for(letter.source, letter.reason),
    }


def _opened(letter: DeadLetter, seals: Seals) -> dict[str, Any]:
    """Key and value, base64, and the value's fields where it decodes."""
    key = seals.open_dead(letter.sealed_key, letter.origin)
    value = seals.open_dead(letter.sealed, letter.origin)
    try:
        event = json.loads(json.dumps(decode_raw(ConsentEvent, value or b""), default=_base64))
    except UndecodableRecord:
        event = None
    return {"key_base64": _base64(key), "value_base64": _base64(value), "event": event}


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


async def _letters(settings: Settings) -> list[DeadLetter]:
    await require_topics(settings, topics.DEAD_LETTER)
    letters = [decode(DeadLetter, record.value) async for record in scan(settings, topics.DEAD_LETTER)]
    return sorted(letters, key=lambda letter: letter.at)


async def _find(settings: Settings, origin: str) -> DeadLetter:
    for letter in await _letters(settings):
        if str(letter.origin) == origin:
            return letter
    raise InvalidRecord(f"there is no dead letter {origin}; `consent-relay dead-letters list` shows them")
