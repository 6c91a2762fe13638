"""One demo from curtain to curtain."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from streams.commands.audit_facts import facts_of
from streams.commands.audit_view import timeline
from streams.demo import screen
from streams.demo.accounts import CONTROLLER, controllers_of
from streams.demo.cast import make_cast
from streams.demo.chaos import Chaos, draw
from streams.demo.events import REFUSED, make_play
from streams.demo.numbers import Havoc, Result
from streams.demo.stage import LIMITS_SCALE, Stage
from streams.demo.stories import DELETION, GRANT, OF_ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from streams.demo.cast import Cast
    from streams.demo.chaos import Struck
    from streams.demo.events import Sent
    from streams.demo.screen import Bars

FEWEST_PEOPLE = 20
"""Among fewer of a controller there may be nobody in whose way a fault can be put."""
BASE_LIMIT_S = 180.0
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
        policy = "" if self.policy == CONTROLLER else f" --policy {self.policy}"
        numbers = f"--seed {self.seed} --events {self.events} --people {self.people}"
        return f"consent-relay demo{chaos}{policy} {numbers}"

    def casts(self) -> list[Cast]:
        """The people, as many of each controller.

        Raises:
            SetupError: a policy that the demo doesn't know.

        """
        whose = controllers_of(self.policy)
        each = max(FEWEST_PEOPLE, self.people // len(whose))
        return [make_cast(each, self.seed, controller) for controller in whose]


async def run_demo(wanted: Wanted, directory: Path, console: Console, progress: Console) -> Result:
    """Play one demo in `directory` and judge it. `console` gets the result, `progress` what happens meanwhile.

    Raises:
        SetupError: no Kafka, or a policy that the demo doesn't know.
        RelayError: a worker died.

    """
    began = time.monotonic()
    async with Stage(directory, *wanted.casts(), console=progress) as stage:
        console.print(_opening(stage))
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
        whose = tuple(cast.controller for cast in stage.casts)
        proven = await stage.verify_audit()
        result = Result(
            len(events), wanted.seed, seconds, LIMITS_SCALE, *said, havoc=havoc, policies=whose, proven=proven
        )
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


def _opening(stage: Stage) -> str:
    people = ", ".join(f"{len(cast.people)} of {cast.controller}" for cast in stage.casts)
    flaky, broken = (sum(map(len, kind)) for kind in zip(*((c.flaky, c.broken) for c in stage.casts), strict=True))
    return (
        f"people known to the vendors' sandbox: {people}; its limits are scaled by {LIMITS_SCALE:g}; "
        f"surge guard off; for {flaky} of them a vendor fails at first, for {broken} always"
    )


def _events(stage: Stage, wanted: Wanted) -> list[Sent]:
    rng = Random(wanted.seed)  # noqa: S311 - the same again, not unguessable
    return make_play(wanted.events, time.time_ns() // 1000, [stage.teller(rng, cast) for cast in stage.casts])


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
