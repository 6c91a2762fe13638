"""`signals key`: a visitor's key as the site's backend makes them, to try a site with."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from processors.signals.key import LONGEST_LIFE_S, sealed
from schemas.errors import SetupError
from streams.commands.common import AsJson, Config, config_of, show_json
from streams.settings import load_settings
from streams.signals.serving import sites

app = typer.Typer(name="signals", help="What a site's own tags are told of its visitors.", no_args_is_help=True)


@app.callback()
def signals() -> None:
    """What a site's own tags are told of its visitors; docs/signals.md tells how a site is set up."""


@app.command()
def key(
    connection: Annotated[str, typer.Argument(help="The site's connection, of the adapter site_signals.")],
    subject: Annotated[str, typer.Option(metavar="ID", help="The controller's own id of the visitor.")],
    lives: Annotated[int, typer.Option(min=1, max=LONGEST_LIFE_S, metavar="S", help="So long it is good, s.")] = 600,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a visitor's key, to try a site with; in use the site's backend makes one for each page.

    Example: consent-relay signals key osows-site --subject visitor-17
    """
    settings = load_settings(config=config)
    known = sites(config_of(settings), settings.secret)
    if connection not in known:
        names = ", ".join(sorted(known)) or "none"
        raise SetupError(
            f"no connection {connection!r} of the adapter site_signals", remedy=f"the configuration has: {names}"
        )
    expires_at = int(time.time()) + lives
    made = sealed(known[connection].key, subject, expires_at)
    if as_json:
        show_json({"connection": connection, "key": made, "expires_at": expires_at})
        return
    typer.echo(made)
