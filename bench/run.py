"""One run of one contender: a process of its own, watched from outside, its results counted."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from bench.contenders.outputs import DELIVERIES, LANES
from bench.kafka_side import Ends, count
from bench.lineup import ROOT
from bench.proc import cpu_s
from bench.samples import Progress, Result, Sample
from bench.workload import PARTITIONS
from schemas.errors import SetupError
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bench.lineup import Contender
    from bench.stage import Stage

DELIVERY_TOPICS = tuple(DELIVERIES + lane for lane in LANES)
COUNTED = (*DELIVERY_TOPICS, topics.AUDIT, topics.DEAD_LETTER)
POLL_S = 0.05
QUIET_S = 1.0
"""So long nothing may move before a run counts as finished."""
MEASURE_S = 12.0
"""So long a contender that isn't measured to its end is measured at most."""
FIRST_LIMIT_S = 60.0
STALL_LIMIT_S = 30.0
TAIL_LINES = 15
LEAST_SHARE = 0.5
"""Of one state an event: two of the same person in one transaction become one."""


class RunFailed(Exception):
    """A contender died, stalled or wrote something else than was due; the text has the end of its stderr."""


def run(contender: Contender, stage: Stage, tell: Callable[[int], None]) -> Result:
    """Run it once. `tell` hears about the events done so far.

    Raises:
        RunFailed: it died, stalled, or what it wrote isn't what is due.

    """
    with stage.open() as (bootstrap, handover):
        ends = Ends(bootstrap, DELIVERY_TOPICS)
        if ends.total():
            raise RunFailed("there are deliveries before it began")
        with _process(contender, stage, bootstrap, handover) as process:
            try:
                return _Watch(contender, stage, bootstrap, process).until_done(ends, tell)
            except (KafkaException, ValueError) as error:
                raise RunFailed(str(error)) from error


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
        process.kill()  # its broker is thrown away next
        process.wait()


def _cpu_s(pid: int) -> float | None:
    """User and system time of a process, where the system tells it in /proc."""
    try:
        return cpu_s(pid)
    except (OSError, SetupError):
        return None


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
            self._progress.saw(Sample(now, total, _cpu_s(self._process.pid)))
            tell(min(self._stage.events, total // self._contender.per_event))
            quiet_s = self._progress.quiet_s(now)
            if total >= self._due and quiet_s > QUIET_S:
                records = count(self._bootstrap, COUNTED)
                if self._deliveries(records) >= self._due:  # else some of the offsets were transaction markers
                    if self._contender.writes_all:
                        self._check_counts(records)
                    return self._result(self._stage.events, self._deliveries(records) / total)
            elif self._progress.measured_s > MEASURE_S and total < self._due and not self._contender.to_the_end:
                return self._result(total // self._contender.per_event)
            self._check_alive(now - began, quiet_s)
            time.sleep(POLL_S)

    def _deliveries(self, records: Mapping[str, int]) -> int:
        return sum(records[name] for name in DELIVERY_TOPICS)

    def _check_alive(self, age_s: float, quiet_s: float) -> None:
        if self._process.poll() and self._progress.total < self._due:
            raise RunFailed(f"it ended by itself with {self._process.returncode}")
        if not self._progress.total and age_s > FIRST_LIMIT_S:
            raise RunFailed(f"nothing came within {FIRST_LIMIT_S:g} s")
        if quiet_s > STALL_LIMIT_S:
            raise RunFailed(f"it stopped after {self._progress.total} of {self._due} deliveries")

    def _result(self, done: int, records_per_offset: float = 1.0) -> Result:
        if self._contender.writes_all:
            self._check_rest(done)
        moved = self._progress.moved(self._contender.per_event, records_per_offset)
        cpu_s = self._progress.cpu_used_s()
        return Result(
            moved / self._progress.measured_s, done, self._progress.measured_s, cpu_s and cpu_s / moved * 1e6
        )

    def _check_rest(self, done: int) -> None:
        """Deliveries alone would be faster: audit and states must keep up with them, also where no end is awaited."""
        for name in (topics.AUDIT, topics.STATE):
            if (total := Ends(self._bootstrap, [name]).total()) < done * LEAST_SHARE:
                raise RunFailed(f"only {total} records in {name} for {done} events")

    def _check_counts(self, records: Mapping[str, int]) -> None:
        """Exactly what is due, or at least that."""
        due = {
            "deliveries": (self._deliveries(records), self._due),
            "audit records": (records[topics.AUDIT], self._stage.events + self._stage.away),
            "dead letters": (records[topics.DEAD_LETTER], 0),
        }
        for what, (found, wanted) in due.items():
            exactly = self._contender.guarantee == "exactly once" or not wanted
            if found != wanted and (exactly or found < wanted):
                raise RunFailed(f"{found} {what}, {wanted} are due")
