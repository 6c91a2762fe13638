"""The figures as one JSON object and as one table."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table

from bench.scale.lane_report import (
    MB,
    dead_vendor_json,
    isolation_json,
    limits_json,
    parked_json,
    show_dead_vendor,
    show_isolation,
    show_limits,
    show_parked,
)
from bench.scale.spans import STEPS, percentiles
from bench.scale.states import STATE_BYTES
from infra.kafka import KAFKA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.scale.dead_vendor import DeadVendor
    from bench.scale.isolation import Isolation
    from bench.scale.limit_use import LimitUse
    from bench.scale.parked import Parked
    from bench.scale.spans import Spans
    from bench.scale.subjects import Held
    from bench.scale.workers import Throughput

_HEAD = "bold"
_OF_LANES: dict[str, Callable[[Table, Any], None]] = {
    "isolation": show_isolation,
    "dead_vendor": show_dead_vendor,
    "parked": show_parked,
    "limits": show_limits,
}
_WORDS = {
    "acknowledged_ms": "published → the broker has it",
    "planned_ms": "→ planned, committed, read",
    "called_ms": "→ first vendor is called",
    "calls_ms": "→ last vendor has answered",
    "final_ms": "→ last final outcome committed, read",
}


@dataclass(slots=True)
class Figures:
    """All that was measured; what was not is empty."""

    latency: dict[str, list[Spans]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    workers: list[Throughput] = field(default_factory=list)
    isolation: Isolation | None = None
    dead_vendor: DeadVendor | None = None
    parked: Parked | None = None
    limits: list[LimitUse] = field(default_factory=list)


def as_json(figures: Figures) -> dict[str, Any]:
    """Units stand in the names; MB are 10^6 bytes."""
    return {
        "machine": machine(),
        "latency": {kind: _latency(spans) for kind, spans in figures.latency.items()},
        "subjects": [_held(held, figures.held[0]) for held in figures.held],
        "workers": [_throughput(run, figures.workers[0]) for run in figures.workers],
        "isolation": figures.isolation and isolation_json(figures.isolation),
        "dead_vendor": figures.dead_vendor and dead_vendor_json(figures.dead_vendor),
        "parked": figures.parked and parked_json(figures.parked),
        "limits": limits_json(figures.limits),
    }


def machine() -> dict[str, Any]:
    """Where and when."""
    versions = {"python": platform.python_version(), "kafka": KAFKA_VERSION}
    return {"cores": os.cpu_count(), **versions, "date": datetime.now(UTC).date().isoformat()}


def table(result: dict[str, Any]) -> Table:
    """The same to read. `result`: what `as_json` gave."""
    where = result["machine"]
    caption = f"{where['cores']} cores, Python {where['python']}, Kafka {where['kafka']}, {where['date']}"
    shown = Table("figure", "value", title="How the relay grows", caption=caption)
    shown.columns[1].justify = "right"
    for kind, figures in result["latency"].items():
        shown.add_section()
        _show_latency(shown, kind, figures)
    for held in result["subjects"]:
        shown.add_section()
        _show_held(shown, held)
    for run in result["workers"]:
        shown.add_section()
        _show_workers(shown, run)
    for part, show in _OF_LANES.items():
        if result[part]:
            shown.add_section()
            show(shown, result[part])
    return shown


def _latency(spans: list[Spans]) -> dict[str, Any]:
    def both(name: str) -> dict[str, float]:
        p50, p95 = percentiles([getattr(span, name) for span in spans])
        return {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1)}

    return {
        "events": len(spans),
        "calls": percentiles([span.calls for span in spans])[0],
        "total": both("total_ms"),
        "without_vendor": both("relay_ms"),
        "vendor": both("vendor_ms"),
        "stages": {step.removesuffix("_ms"): both(step) for step in STEPS},
    }


def _held(held: Held, empty: Held) -> dict[str, Any]:
    grown = held.resident_bytes - empty.resident_bytes
    return {
        "subjects": held.subjects,
        "partitions": held.partitions,
        "state_bytes": STATE_BYTES,
        "resident_mb": round(held.resident_bytes / MB, 1),
        "bytes_per_subject": round(grown / held.subjects) if held.subjects else None,
        "started_s": round(held.started_s, 2),
        "takeover_s": round(held.takeover_s, 2),
        "handover": held.handover and {name: round(s, 2) for name, s in asdict(held.handover).items()},
    }


def _throughput(run: Throughput, single: Throughput) -> dict[str, Any]:
    return {
        "workers": run.workers,
        "events": run.events,
        "events_per_s": round(run.events_per_s),
        "beside_one": round(run.events_per_s / single.events_per_s, 2),
        "workers_cores": round(run.workers_cores, 2),
        "broker_cores": round(run.broker_cores, 2),
    }


def _show_latency(shown: Table, kind: str, figures: dict[str, Any]) -> None:
    def row(what: str, both: dict[str, float], style: str = "") -> None:
        shown.add_row(what, f"{both['p50_ms']:.0f} / {both['p95_ms']:.0f} ms", style=style)

    row(f"{kind}, idle, {figures['events']} events: p50 / p95", figures["total"], _HEAD)
    row(f"  of it without the vendors' own time ({figures['calls']:.0f} calls)", figures["without_vendor"])
    for name, both in figures["stages"].items():
        row(f"  {_WORDS[f'{name}_ms']}", both)


def _show_held(shown: Table, held: dict[str, Any]) -> None:
    each = f", {held['bytes_per_subject']} bytes each" if held["subjects"] else ""
    memory = f"{held['resident_mb']:.0f} MB{each}"
    shown.add_row(f"{held['subjects']:,} people: memory of one router", memory, style=_HEAD)
    shown.add_row(f"  takeover of all {held['partitions']} partitions", f"{held['takeover_s']:.2f} s")
    shown.add_row("  from the start of the process until ready", f"{held['started_s']:.2f} s")
    if held["handover"]:
        shown.add_row("  a second one starts: until both are ready", f"{held['handover']['joined_s']:.2f} s")
        killed, takeover = held["handover"]["killed_s"], held["handover"]["killed_takeover_s"]
        shown.add_row("  one is killed: until the other works all", f"{killed:.2f} s, takeover {takeover:.2f} s")


def _show_workers(shown: Table, run: dict[str, Any]) -> None:
    shown.add_row(
        f"{run['events']:,} events by {run['workers']} router process(es)",
        f"{run['events_per_s']:,} events/s, {run['beside_one']:.2f} ×",
        style=_HEAD,
    )
    shown.add_row("  cores busy: routers / broker", f"{run['workers_cores']:.2f} / {run['broker_cores']:.2f}")
