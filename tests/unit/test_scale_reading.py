from __future__ import annotations

import json
import os

from rich.console import Console

from bench.proc import cpu_in, cpu_s, resident_bytes, resident_in
from bench.scale.readiness import takeovers_in
from bench.scale.report import Figures, as_json, table
from bench.scale.spans import Spans
from bench.scale.states import STATE_BYTES, states, typical
from bench.scale.subjects import Handover, Held
from bench.scale.workers import Throughput
from schemas.codec import decode, encode
from schemas.ids import pid
from schemas.state import SubjectState

PEPPER = bytes(32)


def test_memory_is_read_from_the_kernels_status() -> None:
    assert resident_in("Name:\tpython\nVmHWM:\t  9 kB\nVmRSS:\t    2048 kB\n") == 2 * 1024 * 1024
    assert resident_bytes(os.getpid()) > 10_000_000


def test_time_on_a_core_is_read_behind_a_name_that_holds_anything() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    stat = f"7 (a ) b (c) S 1 2 3 4 5 6 7 8 9 10 {3 * ticks} {ticks} 0 0 20"
    assert cpu_in(stat) == 4
    assert cpu_s(os.getpid()) > 0


def test_states_are_what_the_codec_writes() -> None:
    written = dict(states(PEPPER, range(3)))
    people = [pid(PEPPER, "oomnis", f"c-{number}") for number in range(3)]
    assert written == {person.encode(): encode(typical(person)) for person in people}
    assert {len(value) for value in written.values()} == {STATE_BYTES}
    assert decode(SubjectState, written[people[0].encode()]).pid == people[0]


def test_only_takeovers_of_the_router_are_taken_from_the_log() -> None:
    mine = {"event": "taken_over", "role": "router", "partition": 1, "seconds": 0.5}
    other = {**mine, "role": "lane zoho-crm"}
    lines = ["WARNING aiokafka {", json.dumps(other), json.dumps({"event": "worker_starts"}), json.dumps(mine)]
    assert takeovers_in(lines) == [mine]


def figures() -> Figures:
    spans = Spans.of(0.0, 0.004, 0.020, [(0.025, 0.030)], 0.1)
    return Figures(
        {"consent.withdrawn": [spans] * 20},
        [Held(0, 4, 90_000_000, 2.0, 0.2, None), Held(10_000, 4, 100_000_000, 2.5, 0.5, Handover(3.0, 11.0, 0.6))],
        [Throughput(1, 1000, 2.0, 0.9, 0.2), Throughput(2, 1000, 1.0, 1.5, 0.4)],
    )


def test_growth_counts_from_a_router_that_holds_nobody() -> None:
    result = as_json(figures())
    assert [held["bytes_per_subject"] for held in result["subjects"]] == [None, 1000]
    assert [run["beside_one"] for run in result["workers"]] == [1.0, 2.0]
    assert result["latency"]["consent.withdrawn"]["total"] == {"p50_ms": 100.0, "p95_ms": 100.0}
    assert result["latency"]["consent.withdrawn"]["vendor"]["p50_ms"] == 5.0


def test_the_table_says_what_the_object_says() -> None:
    console = Console(width=180)
    with console.capture() as capture:
        console.print(table(json.loads(json.dumps(as_json(figures())))))
    text = capture.get()
    for part in ("100 / 100 ms", "10,000 people", "1000 bytes each", "11.00 s", "1,000 events/s, 2.00 ×"):
        assert part in text
