"""`broker start|stop|status`: the embedded Kafka of a data directory."""

from __future__ import annotations

from dataclasses import asdict

import typer

from infra.kafka import broker_at, running_at, start_detached, stop_at
from streams.commands.common import AsJson, DataDir, complain, error_console, show_json
from streams.commands.screen import DATA_WRONG
from streams.embedded import kafka_dir
from streams.settings import load_settings

app = typer.Typer(
    name="broker", help="The embedded Kafka: a real single broker, without a container.", no_args_is_help=True
)


@app.command()
def start(data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Start the embedded Kafka and leave it running; every other command finds it.

    Example: consent-relay broker start && consent-relay topics apply --config examples/relay.toml
    """
    place = kafka_dir(load_settings(data_dir=data_dir))
    running = running_at(place)
    if running is None:
        running = start_detached(place, console=error_console()).bootstrap
    else:
        complain("it runs already")
    if as_json:
        show_json({"bootstrap": running, "data_dir": str(place)})
    else:
        typer.echo(f"Kafka at {running}, data in {place}")


@app.command()
def stop(data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Stop the embedded Kafka. Its data stays.

    Example: consent-relay broker stop
    """
    place = kafka_dir(load_settings(data_dir=data_dir))
    stopped = stop_at(place)
    if as_json:
        show_json({"stopped": stopped is not None, "data_dir": str(place)})
    else:
        typer.echo(f"stopped; the data stays in {place}" if stopped else f"no embedded Kafka runs in {place}")


@app.command()
def status(data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Say whether the embedded Kafka runs, and where; exit code 1 if it doesn't.

    Example: consent-relay broker status --json
    """
    place = kafka_dir(load_settings(data_dir=data_dir))
    broker = broker_at(place)
    ready = broker is not None and broker.ready
    if as_json:
        show_json({"running": ready, "data_dir": str(place), **(asdict(broker) if broker else {})})
    elif broker is None:
        typer.echo(f"no embedded Kafka runs in {place}")
    else:
        state = "runs" if ready else "is starting"
        typer.echo(f"Kafka {broker.version} {state} at {broker.bootstrap}, process {broker.pid}, data in {place}")
    if not ready:
        raise typer.Exit(DATA_WRONG)
