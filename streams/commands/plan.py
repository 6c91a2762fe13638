"""`plan`: what would happen to these events, with no Kafka and no vendor."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.lane import Lane, lanes_of
from processors.plan import Plan, plan
from processors.planning.laws import scope_at
from processors.planning.routes import check_serves
from processors.replaying.people import knowing
from processors.routing.identities import digest_of
from processors.routing.versions import version_for
from schemas.connections import RelayConfig, load_config
from schemas.errors import DataError, InvalidRecord
from schemas.ids import content_hash, identities_hash
from schemas.policy import Policy, versions_of
from schemas.records import Named
from schemas.state import SubjectState
from streams.commands.lines import read_files
from streams.commands.plan_view import JsonLines, Tables
from streams.commands.policy_named import WHICH, named
from streams.commands.screen import DATA_WRONG, wrong_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.events import ConsentEvent

app = typer.Typer()
_PEPPER = b"rehearsal"
_EXAMPLE = Path(__file__).parents[2] / "examples" / "relay.toml"


@dataclass(slots=True)
class Rehearsal:
    """Plans events one after the other; what stands for a person is carried from line to line.

    policy: for all events; None: the one that the configuration names for the event's controller.
    """

    config: RelayConfig
    policy: Policy | None
    states: dict[tuple[str, str], SubjectState] = field(default_factory=dict)
    lanes: tuple[Lane, ...] = ()

    def __post_init__(self) -> None:
        self.lanes = lanes_of(self.config)
        for name, controller in self.config.controllers.items():
            if self.policy is None:
                check_serves(versions_of(controller.policy), name, self.lanes)
            elif controller.policy == self.policy.id:
                check_serves((self.policy,), name, self.lanes)

    def plan(self, event: ConsentEvent, now: int) -> Plan:
        """Raises InvalidRecord as the planner does, and for a controller without a policy."""
        key = (event.controller, event.subject_id)
        state = self.states.get(key) or SubjectState(pid="", controller=event.controller)
        named = _named(event)
        digest = content_hash(_PEPPER, event)
        made = plan(event, state, self._policy_for(event, now), self.lanes, now, digest, digest_of(named))
        self.states[key] = knowing(event, made, state, named)
        return made

    def assumed(self, event: ConsentEvent, now: int) -> str | None:
        """What isn't known of where the person is, so that the strictest of the laws that could apply holds."""
        return scope_at(self._policy_for(event, now), event.jurisdiction, event.age).assumed

    def _policy_for(self, event: ConsentEvent, now: int) -> Policy:
        if self.policy is not None:
            return self.policy
        controller = self.config.controllers.get(event.controller)
        if controller is None:
            raise InvalidRecord("is not in the configuration; add it there, or use --policy", field="controller")
        return version_for(versions_of(controller.policy), event, now)


def _named(event: ConsentEvent) -> Named | None:
    """Sealed ones stay so: nobody can tell here whether they were named before."""
    return Named(digest=identities_hash(_PEPPER, event.identities), size=0) if event.identities else None


@app.command("plan")
def plan_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE|-", help="JSON lines of events; - is standard input.")],
    policy: Annotated[str | None, typer.Option(metavar="POLICY", help=f"For all events. {WHICH}")] = None,
    config: Annotated[
        Path | None, typer.Option(envvar="CONSENT_RELAY_CONFIG", help="Connections; default ./relay.toml.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines: one per event or bad line.")] = False,
) -> None:
    """Show what each event would make every recipient do, what is not done, and why."""
    view = JsonLines() if as_json else Tables()
    with wrong_use():
        path = config or default_config(Path())
        rehearsal = Rehearsal(load_config(path) if path else RelayConfig(), named(policy) if policy else None)
        view.begin(path)
        bad = _rehearse(files, rehearsal, view)
    if bad:
        raise typer.Exit(DATA_WRONG)


def _rehearse(files: Sequence[str], rehearsal: Rehearsal, view: Tables | JsonLines) -> int:
    """Plan all lines; how many were bad. A source without any event counts as one."""
    bad, empty = 0, dict.fromkeys(files)
    for line in read_files(files):
        empty.pop(line.source, None)
        try:
            if isinstance(line.got, DataError):
                raise line.got
            now = _taken_in(line.got)
            view.planned(line, line.got, rehearsal.plan(line.got, now), rehearsal.assumed(line.got, now))
        except DataError as error:
            bad += 1
            view.refused(line, error)
    for source in empty:
        typer.echo(f"{source}: there is no event in it", err=True)
    view.end(bad)
    return bad + len(empty)


def _taken_in(event: ConsentEvent) -> int:
    """When Kafka would take it in, µs: when the line says that it was received, so that any day can be tried."""
    return event.received_at or time.time_ns() // 1000


def default_config(directory: Path) -> Path | None:
    """`relay.toml` in the directory; else the example of a checkout; else none."""
    return next((path for path in (directory / "relay.toml", _EXAMPLE) if path.is_file()), None)
