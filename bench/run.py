"""One run of one contender: a process of its own, watched from outside, its results counted."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from statistics import fmean
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from bench.kafka_side import Ends, committed
from bench.lineup import ROOT
from bench.proc import cpu_s
from bench.rows import CALLS
from bench.samples import Progress, Result, Sample
from bench.vendor.answers import INSTANT
from bench.workload import PARTITIONS
from schemas.errors import SetupError
from streams import topics

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from bench.lineup import Contender
    from bench.stage import Opened, Stage

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
    """Run it once. `tell` hears how many of the row's unit are done so far.

    Raises:
        RunFailed: it died, stalled, or what it wrote isn't what is due.

    """
    with stage.open() as opened:
        ends = Ends(opened.bootstrap, stage.row.watched)
        if ends.total():
            raise RunFailed("there are results before it began")
        with _process(contender, stage, opened) as process:
            try:
                return _Watch(contender, stage, opened, process).until_done(ends, tell)
            except (KafkaException, ValueError) as error:
                raise RunFailed(str(error)) from error


@contextmanager
def _process(contender: Contender, stage: Stage, opened: Opened) -> Iterator[subprocess.Popen[bytes]]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CONSENT_RELAY_", "PYTHONPATH"))}
    given = {
        "BENCH_BOOTSTRAP": opened.bootstrap,
        "BENCH_DIR": str(opened.handover),
        "BENCH_ROW": stage.row.name,
        "BENCH_PARTITIONS": str(PARTITIONS),
        "BENCH_NUMBER": str(stage.number),
        "BENCH_CONCURRENCY": str(stage.row.concurrency),
        "BENCH_VENDOR": opened.vendor.url(INSTANT) if opened.vendor else "",
    }
    log = opened.handover / "contender.log"
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

    def __init__(self, contender: Contender, stage: Stage, opened: Opened, process: subprocess.Popen[bytes]) -> None:
        self._contender = contender
        self._stage = stage
        self._row = stage.row
        self._opened = opened
        self._process = process
        self._due = stage.number * contender.per_one
        self._progress = Progress()
        self._bytes_each: float | None = None

    def until_done(self, ends: Ends, tell: Callable[[int], None]) -> Result:
        began = time.monotonic()
        while True:
            total = ends.total()
            now = time.monotonic()
            sample = self._sample(now, total)
            if not total and self._calls():
                self._progress.begins(sample)
            self._progress.saw(sample)
            tell(min(self._stage.number, total // self._contender.per_one))
            quiet_s = self._progress.quiet_s(now)
            if total >= self._due and quiet_s > QUIET_S:
                found = self._found()
                results = found[self._row.result]
                if results >= self._due:  # else some of the offsets were transaction markers
                    if self._contender.writes_all:
                        self._check(found)
                    return self._result(self._stage.number, results / total)
            elif self._progress.measured_s > MEASURE_S and total < self._due and not self._contender.to_the_end:
                return self._result(total // self._contender.per_one)
            self._check_alive(now - began, quiet_s)
            time.sleep(POLL_S)

    def _sample(self, now: float, total: int) -> Sample:
        vendor = self._opened.vendor
        return Sample(now, total, _cpu_s(self._process.pid), _cpu_s(vendor.pid) if vendor else None)

    def _calls(self) -> int:
        """How often the vendor was asked so far."""
        vendor = self._opened.vendor
        return vendor.calls().get(INSTANT, 0) if vendor else 0

    def _found(self) -> Counter[str]:
        """Read what came, and what the vendor says."""
        names = {*self._row.watched, topics.AUDIT, topics.DEAD_LETTER}
        records = list(committed(self._opened.bootstrap, sorted(names)))
        sizes = [len(value) for topic, value in records if topic in self._row.watched]
        self._bytes_each = fmean(sizes) if sizes else None
        found = self._row.found(records)
        if self._opened.vendor:
            found[CALLS] = self._calls()
        return found

    def _check_alive(self, age_s: float, quiet_s: float) -> None:
        if self._process.poll() and self._progress.total < self._due:
            raise RunFailed(f"it ended by itself with {self._process.returncode}")
        if not self._progress.total and age_s > FIRST_LIMIT_S:
            raise RunFailed(f"nothing came within {FIRST_LIMIT_S:g} s")
        if quiet_s > STALL_LIMIT_S:
            raise RunFailed(f"it stopped after {self._progress.total} of {self._due} {self._row.result}")

    def _result(self, done: int, records_per_offset: float = 1.0) -> Result:
        if self._contender.writes_all:
            self._check_rest(done)
        seen = self._progress
        moved = seen.moved(self._contender.per_one, records_per_offset)
        cpu_s = seen.cpu_used_s()
        cpu_us = cpu_s and cpu_s / moved * 1e6
        return Result(moved / seen.measured_s, done, seen.measured_s, cpu_us, self._bytes_each, seen.vendor_busy())

    def _check_rest(self, done: int) -> None:
        """The results alone would be faster: what else is due must keep up, also where no end is awaited."""
        for name in self._row.beside:
            if (total := Ends(self._opened.bootstrap, [name]).total()) < done * LEAST_SHARE:
                raise RunFailed(f"only {total} records in {name} for {done} {self._row.unit}")

    def _check(self, found: Counter[str]) -> None:
        """Exactly what is due, or at least that."""
        for what, wanted in self._stage.due.items():
            exactly = self._contender.writes_exactly or not wanted
            if found[what] != wanted and (exactly or found[what] < wanted):
                raise RunFailed(f"{found[what]} {what}, {wanted} are due")
