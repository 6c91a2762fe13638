"""One demo from curtain to curtain."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from streams.commands.audit import facts_of
from streams.commands.audit_view import timeline
from streams.demo import screen
from streams.demo.cast import make_cast
from streams.demo.config import CONTROLLER, favourites
from streams.demo.events import REFUSED, make_events
from streams.demo.numbers import Result
from streams.demo.stage import LIMITS_SCALE, Stage
from streams.demo.stories import OF_ALL, Teller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from streams.demo.events import Sent

BASE_LIMIT_S = 90.0
LIMIT_PER_EVENT_S = 0.1
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    events: int
    people: int
    seed: int
    policy: str


async def run_demo(wanted: Wanted, directory: Path, console: Console) -> Result:
    """Play one demo in `directory` and judge it; what a person wants to see goes to `console`.

    Raises:
        SetupError: no Kafka, or a policy that the demo doesn't know.
        RelayError: a worker died.

    """
    began = time.monotonic()
    cast = make_cast(wanted.people, wanted.seed)
    async with Stage(directory, cast, policy_id=wanted.policy, console=console) as stage:
        console.print(
            f"{len(cast.people)} people known to the vendors' sandbox, whose limits are scaled by {LIMITS_SCALE:g}; "
            "surge guard off; for two people a vendor fails at first, for one always"
        )
        worker = await stage.start_worker()
        await worker.ready()
        events = _events(stage, wanted)
        within_s = BASE_LIMIT_S + LIMIT_PER_EVENT_S * wanted.events
        with screen.bars(console, len(events)) as bars:
            await stage.publish(events, bars.published)
            await stage.wait_settled(len(events), within_s, bars.worked)
        await stage.stop_workers()  # what it would still do wrong, it has done by now
        tally, mismatches = await stage.check()
        result = Result(len(events), wanted.seed, time.monotonic() - began, LIMITS_SCALE, tally, mismatches)
        screen.show(result, console)
        await _tell_one_story(stage, events, console)
        screen.verdict(result, console)
        return result


def _events(stage: Stage, wanted: Wanted) -> list[Sent]:
    rng = Random(wanted.seed)  # noqa: S311 - the same again, not unguessable
    teller = Teller(stage.cast, stage.policy, CONTROLLER, favourites(stage.policy, stage.config), rng)
    return make_events(wanted.events, time.time_ns() // 1000, teller)


async def _tell_one_story(stage: Stage, events: Sequence[Sent], console: Console) -> None:
    subject_id = worth_telling(events)
    facts = await facts_of(stage.settings, stage.pid_of(subject_id))
    console.print(f"\none person, as `consent-relay audit show --subject {subject_id}` would tell it:")
    console.print(timeline(fact.record for fact in facts), "")


def worth_telling(events: Sequence[Sent]) -> str:
    """Somebody of whom much can be told on one screen: few choices of many kinds, best with something late."""
    told: dict[str, list[Sent]] = {}
    for sent in events:
        told.setdefault(sent.subject_id, []).append(sent)

    def interest(subject_id: str) -> tuple[bool, int, bool]:
        story = told[subject_id]
        kinds = {sent.what for sent in story} - {OF_ALL, REFUSED}
        return len(story) <= _MOST_TOLD, len(kinds), any(sent.quirk == "late" for sent in story)

    return max(told, key=interest)
