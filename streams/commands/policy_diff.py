"""`policy diff`: what a new version changes, and for how many people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from processors.reviewing.changes import changes, moved
from processors.reviewing.people import Tally
from processors.reviewing.standing import consequences
from streams.commands import policy_diff_view
from streams.commands.common import AsJson, BootstrapServers, Config, DataDir, config_of, error_console, settings_for
from streams.commands.people_kept import people_of
from streams.commands.policy_diff_view import Count
from streams.commands.policy_named import WHICH, named
from streams.commands.screen import wrong_use

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from schemas.policy import Policy

Which = Annotated[str, typer.Argument(metavar="POLICY", help=WHICH)]
People = Annotated[bool, typer.Option("--people", help="Count the people in the state whom it touches.")]


def diff_policies(
    old: Which,
    new: Which,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    config: Config = None,
    *,
    people: People = False,
    as_json: AsJson = False,
) -> None:
    """Show what a new version changes, and what that means for people whose choices stand already.

    Nothing is done about it: what has to be asked, told or erased is said,
    and stays the controller's decision. Rows that say the same on other lines
    of the text are only counted.

    With --people, or a broker named: for how many people, of the controllers
    with that policy, a grant or a withdrawal stands where something changes,
    read from consent.state.

    Example: consent-relay policy diff oomnis oomnis-2027-01-01.toml --people
    """
    with wrong_use():
        before, after = named(old), named(new)
    meant = tuple(consequences(before, after))
    places = [place for place, _ in meant]
    wanted = people or bootstrap_servers is not None or data_dir is not None
    count = _count(before, after, places, bootstrap_servers, data_dir, config) if wanted else None
    found = policy_diff_view.Differences(
        before, after, tuple(changes(before, after)), moved(before, after), meant, count
    )
    policy_diff_view.show(found, as_json=as_json)


def _count(  # noqa: PLR0917 - what is counted, and where
    old: Policy,
    new: Policy,
    places: Sequence[str],
    bootstrap_servers: str | None,
    data_dir: Path | None,
    config: Path | None,
) -> Count:
    settings = settings_for(bootstrap_servers, data_dir, config)
    controllers = tuple(name for name, row in config_of(settings).controllers.items() if row.policy == old.id)

    tally = Tally(old, new, places)

    async def read() -> None:
        async for state in people_of(settings, controllers):
            tally.add(state)

    with error_console().status("reading what stands for people"):
        asyncio.run(read())
    return Count(controllers, tally.people, tally.touched)
