"""`demo`: the whole relay on this machine, on real input; it checks itself."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from schemas.errors import SetupError
from streams.commands.common import AsJson, complain, error_console, show_json
from streams.commands.screen import DATA_WRONG, console
from streams.demo.run import FEWEST_PEOPLE, Wanted, run_demo

if TYPE_CHECKING:
    from streams.demo.numbers import Result

app = typer.Typer()


@app.command()
def demo(
    events: Annotated[int, typer.Option(min=1, help="How many to publish.")] = 2000,
    policy: Annotated[str, typer.Option(metavar="ID", help="What they are about, or `all`.")] = "oomnis",
    seed: Annotated[int, typer.Option(help="The same seed makes the same people and events.")] = 1,
    people: Annotated[int, typer.Option(min=FEWEST_PEOPLE, help="How many the vendors know.")] = 900,
    *,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Kill and restart worker and broker meanwhile, as the seed draws it.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the data directory in any case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start Kafka, a vendor sandbox and a worker, publish made-up events, and check what became of them.

    Exit code 1: something is unaccounted for, or a vendor holds what it shouldn't; the data directory is then kept.

    With --chaos also: after a kill no work went on.

    Example: consent-relay demo --events 5000 --seed 2 --policy all
    """
    directory = Path(tempfile.mkdtemp(prefix="consent-relay-demo-"))
    wanted = Wanted(events, people, seed, policy, chaos)
    kept = True
    try:
        result = asyncio.run(_interruptible(wanted, directory, Console(quiet=True) if as_json else console()))
        kept = keep or (result is not None and not result.is_good)
    except SetupError:
        kept = keep
        raise
    finally:
        if kept:
            complain(f"kept: {directory}\nthe same again: {wanted.command}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    if result is None:
        raise KeyboardInterrupt
    if as_json:
        show_json(result.as_json())
    if not result.is_good:
        raise typer.Exit(DATA_WRONG)


async def _interruptible(wanted: Wanted, directory: Path, screen: Console) -> Result | None:
    """Whatever would end us lets everything that was started be stopped first; None: it did."""
    task = asyncio.ensure_future(run_demo(wanted, directory, screen, error_console()))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None
