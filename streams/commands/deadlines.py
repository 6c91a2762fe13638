"""`deadlines list` and `deadlines explain`: the law's rows, and what they make of one request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from processors.deadlines import limits
from processors.reckoning.scope import scope
from schemas.deadlines import HOUSE, law
from schemas.errors import SetupError
from schemas.events import Channel
from schemas.law.rows import EVENTS
from schemas.policy import load_policy
from schemas.regimes import is_within
from schemas.times import to_micros
from streams.commands.common import AsJson, show_json
from streams.commands.deadlines_table import regime_json, rows_of, show_rows
from streams.commands.deadlines_view import Question, explained, show_explained

if TYPE_CHECKING:
    from processors.reckoning.scope import Scope

app = typer.Typer(
    name="deadlines", help="Until when the law wants things done, and by which rule.", no_args_is_help=True
)


@app.command("list")
def list_deadlines(
    regime: Annotated[str | None, typer.Option(metavar="R", help="Only this law, as in ccpa.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the rows: what is due after which event, until when, on what ground, and how sure that is."""
    regimes = (law().regime(regime),) if regime else law().regimes
    if as_json:
        for one in regimes:
            show_json(regime_json(one, rows_of(one.id)))
        return
    for one in regimes:
        show_rows(one, rows_of(one.id))


@app.command("explain")
def explain(  # noqa: PLR0917 - what a deadline depends on
    kind: Annotated[str, typer.Option(help="The event, as in deletion.requested.")],
    received: Annotated[str, typer.Option(help="When it came in, as in 2026-06-15T09:00:00Z.")],
    jurisdiction: Annotated[str | None, typer.Option(help="As in US-CA, DE, HK; without it, the strictest.")] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only the laws that this policy is under; without it, all that we know."),
    ] = None,
    sent: Annotated[str | None, typer.Option(help="When it was sent; else as received.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only for this channel, as in email.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what is due until when after one event, by which rule, and how that was counted."""
    _known("--kind", kind, EVENTS)
    for one in channel or ():
        _known("--channel", one, get_args(Channel))
    listed = load_policy(policy).regimes if policy else [one for one in law().regimes if one.id != HOUSE]
    where = scope(listed, jurisdiction)
    where = where if policy else _of_all_laws(where)
    received_at = _moment("--received", received)
    sent_at = _moment("--sent", sent) if sent else received_at
    dues = limits(where, kind, received_at, sent_at, tuple(channel or ()))
    asked = Question(kind, received_at, sent_at, policy, where)
    if as_json:
        show_json(explained(asked, dues))
        return
    show_explained(asked, dues)


def _of_all_laws(where: Scope) -> Scope:
    """The same where no policy chooses among the laws: what isn't known is another thing then."""
    if where.assumed is None:
        return where
    if where.jurisdiction is None:
        return where._replace(assumed="without --jurisdiction it may be anywhere")
    if any(is_within(where.jurisdiction, place) or place.startswith(f"{where.jurisdiction}-") for place in _places()):
        return where
    return where._replace(assumed=f"none of the laws that we know is for {where.jurisdiction}")


def _places() -> set[str]:
    return {place for regime in law().regimes for place in regime.jurisdictions}


def _known(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SetupError(f"{option}: {value!r} is not known", remedy=f"choose one of: {', '.join(known)}")


def _moment(option: str, text: str) -> int:
    try:
        return cast("int", to_micros(text))
    except ValueError as error:
        raise SetupError(f"{option}: {error}", remedy=f"for now: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}") from None
