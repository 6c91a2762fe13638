"""Who reads the same log."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from bench.contenders.producer_performance import PINNED
from bench.replaying.heads import PREFIX, SEED
from bench.replaying.spent import Spent, run
from infra.kafka.jars import class_path
from infra.kafka.java import candidates, find
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CONSOLE = Console(stderr=True)
BARE, ALONE, TWO, VERIFY = "bare reader", "replay, 1 process", "replay, 2 processes", "audit verify"
SHARES = (0.1, 0.25, 0.5)
"""Of the log, for how memory grows."""
STARTS = {ALONE: "start, 1 process", TWO: "start, 2 processes"}
"""What a replay takes with nothing to read: Python, Kafka's client, the processes; it is no part of its pace."""
_LINE = re.compile(r"^\d{4}-.*", re.MULTILINE)
_NMSG, _NMSG_S = 4, 5


class Log(NamedTuple):
    """counts: records by partition, and there is nothing else in it."""

    bootstrap: str
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def contenders(log: Log, directory: Path, env: Mapping[str, str]) -> dict[str, Callable[[], Spent]]:
    every = ",".join(map(str, log.counts))
    program = (sys.executable, "-m", "streams")
    to = ("--bootstrap-servers", log.bootstrap)
    replay = (*program, "replay", *to, "--out", str(directory / "out"), "--processes")
    signed = {**env, "CONSENT_RELAY_CLUSTER_PREFIX": PREFIX, "CONSENT_RELAY_NOTARY_KEY": SEED.hex()}
    verify = (*program, "audit", "verify", *to, "--data-dir", str(directory / "relay"), "--whole", "--json")
    found: dict[str, Callable[[], Spent]] = {
        "ConsumerPerformance": lambda: _consumer_performance(log, env),
        BARE: lambda: _bare(
            (sys.executable, "-m", "bench.replaying.bare", log.bootstrap, every, str(log.total)), env
        ),
        ALONE: lambda: run((*replay, "1"), env),
        TWO: lambda: run((*replay, "2"), env),
        VERIFY: lambda: run(verify, signed),
    }
    for processes, name in enumerate(STARTS.values(), 1):
        found[name] = partial(run, (*replay, str(processes), "--as-of", _upto(log, 0)), env)
    for share in SHARES:
        found[share_name(share)] = partial(run, (*replay, "1", "--as-of", _upto(log, share)), env)
    return found


def share_name(share: float) -> str:
    return f"replay of {share:.0%}"


def _upto(log: Log, share: float) -> str:
    return ",".join(f"{partition}:{round(count * share)}" for partition, count in log.counts.items())


def _bare(command: tuple[str, ...], env: Mapping[str, str]) -> Spent:
    """By its own clocks: without the start of Python."""
    spent = run(command, env)
    s, cpu_s = map(float, spent.told.split())
    return spent._replace(s=s, cpu_s=cpu_s)


def _consumer_performance(log: Log, env: Mapping[str, str]) -> Spent:
    """By its own clock: without the start of Java."""
    path = os.pathsep.join([class_path(CONSOLE), class_path(CONSOLE, pins=PINNED)])
    java = str(find(candidates(os.environ)).path)
    command = (
        java, "-cp", path, "org.apache.kafka.tools.ConsumerPerformance",
        "--bootstrap-server", log.bootstrap, "--topic", topics.AUDIT,
        "--num-records", str(log.total), "--hide-header", "--timeout", "60000",
    )  # fmt: skip
    spent = run(command, env)
    (line,) = _LINE.findall(spent.told)
    fields = line.split(",")
    if int(fields[_NMSG]) != log.total:
        raise RuntimeError(f"ConsumerPerformance has read {fields[_NMSG]} of {log.total} records")
    return spent._replace(s=log.total / float(fields[_NMSG_S]))
