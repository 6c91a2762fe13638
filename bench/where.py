"""`python -m bench.where`: where the router's time goes in one event, stage by stage, with no Kafka in between."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from contextlib import contextmanager
from itertools import count
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.workload import FIRST_AT, PARTITIONS, desk, placed
from processors.plan import plan
from processors.routing.identities import digest_of, own_of
from processors.routing.incoming import Incoming
from processors.routing.route import Case
from schemas.codec import decode, decode_own, encode
from schemas.events import ConsentEvent
from schemas.ids import content_hash
from schemas.origin import Origin
from schemas.state import SubjectState
from streams import topics
from streams.outbox import sized
from streams.wire import outs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.routing.desk import Desk

RECEIVED_AT = FIRST_AT + 10**14


class Stages:
    """Times in ns of each stage, one per event."""

    def __init__(self) -> None:
        self.times: dict[str, list[int]] = defaultdict(list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = perf_counter_ns()
        yield
        self.times[name].append(perf_counter_ns() - began)

    def medians_us(self) -> dict[str, float]:
        return {name: median(times) / 1000 for name, times in self.times.items()}


def walk(events: int) -> Stages:
    """Take each event through the router's stages, as `processors.routing.route.route` does, and time them."""
    stages, known, states = Stages(), desk(), dict[str, bytes]()
    offsets = [count() for _ in range(PARTITIONS)]
    for partition, key, value in placed(events, "home"):
        origin = Origin(topic=topics.EVENTS, partition=partition, offset=next(offsets[partition]))
        _one(Incoming(key, value, origin, RECEIVED_AT), known, states, stages)
    return stages


def _one(incoming: Incoming, known: Desk, states: dict[str, bytes], stages: Stages) -> None:
    with stages.stage("decode and validate"):
        event = decode(ConsentEvent, incoming.value or b"")
    with stages.stage("home, policy, ids"):
        known.home(event.subject_id)
        policy = known.policy_for(event, incoming.log_time)
        person, digest = known.pid(event), content_hash(known.pepper, event)
    with stages.stage("read the state"):
        encoded = states.get(person)
        new = SubjectState(pid=person, controller=event.controller)
        state = decode_own(SubjectState, encoded) if encoded else new
    with stages.stage("sealing"):
        own = own_of(event, person, known)
    with stages.stage("plan"):
        named = digest_of(own.told)
        made = plan(event, state, policy, known.lanes_by_controller[event.controller], RECEIVED_AT, digest, named)
    with stages.stage("records"):
        routed = Case(incoming, event, policy, known, person, digest).result(made, state, own)
    with stages.stage("encode deliveries and audit"):
        sized(outs_of(incoming, routed, known.pepper))
    with stages.stage("encode the state"):
        states[person] = encode(made.state)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.where", description="Where the router's time goes in one event.")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    given = parser.parse_args(argv)
    walk(min(given.events, 1000))  # fills what is kept between events
    us = walk(given.events).medians_us()
    total = sum(us.values())
    if given.json:
        print(json.dumps({"events": given.events, "median_us": us, "total_us": total}, indent=2))  # noqa: T201 - asked for
        return 0
    table = Table("Stage", title=f"One event in the router: median of {given.events:,}, without Kafka")
    table.add_column("µs", justify="right")
    table.add_column("share", justify="right")
    for name, time in us.items():
        table.add_row(name, f"{time:.1f}", f"{time / total:.0%}")
    table.add_row("all", f"{total:.1f}", "", style="bold")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
