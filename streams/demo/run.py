"""One demo from curtain to curtain."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from streams.commands.audit import facts_of
from streams.commands.audit_view import timeline
from streams.demo import screen
from streams.demo.cast import make_cast
from streams.demo.chaos import Chaos, draw
from streams.demo.config import CONTROLLER, favourites
from streams.demo.events import REFUSED, make_events
from streams.demo.numbers import Havoc, Result
from streams.demo.stage import LIMITS_SCALE, Stage
from streams.demo.stories import DELETION, GRANT, OF_ALL, Teller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from streams.demo.chaos import Struck
    from streams.demo.events import Sent
    from streams.demo.screen import Bars

BASE_LIMIT_S = 90.0
LIMIT_PER_EVENT_S = 0.1
WATCH_EVERY_S = 0.2
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    events: int
    people: int
    seed: int
    policy: str
    chaos: bool = False

    @property
    def command(self) -> str:
        """What plays the same again."""
        chaos = " --chaos" if self.chaos else ""
        return f"consent-relay demo{chaos} --seed {self.seed} --events {self.events} --people {self.people}"


async def run_demo(wanted: Wanted, directory: Path, console: Console, progress: Console) -> Result:
    """Play one demo in `directory` and judge it. `console` gets the result, `progress` what happens meanwhile.

    Raises:
        SetupError: no Kafka, or a policy that the demo doesn't know.
        RelayError: a worker died.

    """
    began = time.monotonic()
    cast = make_cast(wanted.people, wanted.seed)
    async with Stage(directory, cast, policy_id=wanted.policy, console=progress) as stage:
        console.print(
            f"{len(cast.people)} people known to the vendors' sandbox, whose limits are scaled by {LIMITS_SCALE:g}; "
            "surge guard off; for two people a vendor fails at first, for one always"
        )
        with progress.status("Starting the worker"):
            await (await stage.start_worker()).ready()
        events = _events(stage, wanted)
        within_s = BASE_LIMIT_S + LIMIT_PER_EVENT_S * wanted.events
        with screen.bars(progress, len(events)) as bars:
            done = await _publish(stage, events, wanted, bars)
            settled = await stage.wait_settled(await stage.in_log(), within_s, bars.worked)
        if not settled:
            console.print(f"not everything is settled after {within_s:g} s")
        await stage.stop_workers()  # what it would still do wrong, it has done by now
        judged = await stage.check()
        havoc = Havoc(done, stage.publisher.again, judged.twice, judged.repeats) if wanted.chaos else None
        seconds = time.monotonic() - began
        said = (judged.tally, judged.mismatches, judged.shared, judged.asked)
        result = Result(len(events), wanted.seed, seconds, LIMITS_SCALE, *said, havoc=havoc)
        screen.show(result, console)
        await _tell_one_story(stage, events, console)
        screen.verdict(result, console)
        return result


async def _publish(stage: Stage, events: Sequence[Sent], wanted: Wanted, bars: Bars) -> Sequence[Struck]:
    """All at once, or around the acts of a chaos: those that were done."""
    if not wanted.chaos:
        await stage.publish(events, bars.published)
        return ()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that no broker answers is no news then
    acts = draw(wanted.seed)
    bars.say(f"chaos of seed {wanted.seed}: {', then '.join(map(str, acts))}")
    watching = asyncio.create_task(_watch(stage, bars))
    try:
        return await Chaos(stage, bars.say, bars.published).play(acts, events)
    finally:
        watching.cancel()


async def _watch(stage: Stage, bars: Bars) -> None:
    while True:
        bars.worked(stage.tally)
        await asyncio.sleep(WATCH_EVERY_S)


def _events(stage: Stage, wanted: Wanted) -> list[Sent]:
    rng = Random(wanted.seed)  # noqa: S311 - the same again, not unguessable
    teller = Teller(stage.cast, stage.policy, CONTROLLER, favourites(stage.policy, stage.config), rng)
    return make_events(wanted.events, time.time_ns() // 1000, teller)


async def _tell_one_story(stage: Stage, events: Sequence[Sent], console: Console) -> None:
    subject_id = worth_telling(events)
    facts = await facts_of(stage.settings, stage.pid_of(subject_id))
    console.print(f"\none person, {subject_id}, as `consent-relay audit show` tells it:")
    console.print(timeline(fact.record for fact in facts), "")


def worth_telling(events: Sequence[Sent]) -> str:
    """Somebody of whom much can be told on one screen: few choices of many kinds, best with something late."""
    told: dict[str, list[Sent]] = {}
    for sent in events:
        told.setdefault(sent.subject_id, []).append(sent)

    def interest(subject_id: str) -> tuple[bool, bool, bool, int]:
        story = told[subject_id]
        kinds, quirks = {sent.what for sent in story}, {sent.quirk for sent in story}
        is_short = len(story) <= _MOST_TOLD and not kinds & {OF_ALL, REFUSED}
        return is_short, {GRANT, DELETION} <= kinds, "late" in quirks, len(kinds)

    return max(told, key=interest)
