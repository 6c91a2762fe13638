"""One run of one contender: a process of its own, watched from outside, its results counted."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.contenders.outputs import DELIVERIES, LANES
from bench.kafka_side import Ends, count
from bench.lineup import ROOT
from bench.samples import Progress
from bench.workload import PARTITIONS
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.lineup import Contender
    from bench.stage import Stage

POLL_S = 0.05
QUIET_S = 1.0
"""So long nothing may move before a run counts as finished."""
MEASURE_S = 20.0
FIRST_LIMIT_S = 60.0
STALL_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
TAIL_LINES = 15


class RunFailed(Exception):
    """A contender died, stalled or wrote something else than was due; the text has the end of its stderr."""


@dataclass(frozen=True, slots=True)
class Result:
    """`done`: events whose deliveries are there; fewer than there were when the time was up (`cut`)."""

    events_per_s: float
    done: int
    seconds: float
    cut: bool


def run(contender: Contender, stage: Stage, tell: Callable[[int], None]) -> Result:
    """Run it once. `tell` hears about the events done so far.

    Raises:
        RunFailed: it died, stalled, or what it wrote isn't what is due.

    """
    with stage.open() as (bootstrap, handover):
        ends = Ends(bootstrap, [DELIVERIES + lane for lane in LANES])
        if ends.total():
            raise RunFailed("there are deliveries before it began")
        with _process(contender, stage, bootstrap, handover) as process:
            return _Watch(contender, stage, bootstrap, process).until_done(ends, tell)


@contextmanager
def _process(contender: Contender, stage: Stage, bootstrap: str, handover: Path) -> Iterator[subprocess.Popen[bytes]]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CONSENT_RELAY_", "PYTHONPATH"))}
    given = {
        "BENCH_BOOTSTRAP": bootstrap,
        "BENCH_DIR": str(handover),
        "BENCH_ROW": stage.row,
        "BENCH_PARTITIONS": str(PARTITIONS),
        "BENCH_EVENTS": str(stage.events),
    }
    log = handover / "contender.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [contender.python, "-m", f"bench.contenders.{contender.name}"],
            cwd=ROOT, env=kept | given, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield process
    except RunFailed as failed:
        lines = log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]
        raise RunFailed("\n  | ".join([str(failed), *lines])) from None
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Watch:
    """Polls the end offsets until all is there, or the time is up."""

    def __init__(self, contender: Contender, stage: Stage, bootstrap: str, process: subprocess.Popen[bytes]) -> None:
        self._contender = contender
        self._stage = stage
        self._bootstrap = bootstrap
        self._process = process
        self._due = stage.events * contender.per_event
        self._progress = Progress()

    def until_done(self, ends: Ends, tell: Callable[[int], None]) -> Result:
        began = time.monotonic()
        while True:
            total = ends.total()
            now = time.monotonic()
            self._progress.saw(now, total)
            tell(min(self._stage.events, total // self._contender.per_event))
            quiet_s = self._progress.quiet_s(now)
            if self._progress.total >= self._due and quiet_s > QUIET_S:
                records = sum(count(self._bootstrap, DELIVERIES + lane) for lane in LANES)
                if records >= self._due:  # else some of the offsets were transaction markers
                    return self._finished(records)
            elif self._progress.measured_s() > MEASURE_S and self._progress.total < self._due:
                return self._cut()
            self._check_alive(now - began, quiet_s)
            time.sleep(POLL_S)

    def _check_alive(self, age_s: float, quiet_s: float) -> None:
        if self._process.poll() and self._progress.total < self._due:
            raise RunFailed(f"it ended by itself with {self._process.returncode}")
        if not self._progress.total and age_s > FIRST_LIMIT_S:
            raise RunFailed(f"nothing came within {FIRST_LIMIT_S:g} s")
        if quiet_s > STALL_LIMIT_S:
            raise RunFailed(f"it stopped after {self._progress.total} of {self._due} deliveries")

    def _finished(self, records: int) -> Result:
        self._check_counts(records)
        rate = self._progress.rate(self._contender.per_event, records / self._progress.total)
        return Result(rate, self._stage.events, self._progress.measured_s(), cut=False)

    def _cut(self) -> Result:
        done = self._progress.total // self._contender.per_event
        return Result(self._progress.rate(self._contender.per_event), done, self._progress.measured_s(), cut=True)

    def _check_counts(self, deliveries: int) -> None:
        """Exactly what is due, or at least that."""
        if not self._contender.writes_all:
            return
        wanted = {
            "deliveries": (deliveries, self._due),
            "audit records": (count(self._bootstrap, topics.AUDIT), self._stage.events + self._stage.away),
            "dead letters": (count(self._bootstrap, topics.DEAD_LETTER), 0),
        }
        for what, (found, due) in wanted.items():
            exactly = self._contender.guarantee == "exactly once" or due == 0
            if found != due and (exactly or found < due):
                raise RunFailed(f"{found} {what}, {due} are due")
