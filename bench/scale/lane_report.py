"""The figures of lanes: for programs and for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.scale.isolation import HEALTHY, PER_S, middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from bench.scale.dead_vendor import DeadVendor
    from bench.scale.isolation import Isolation, Waits
    from bench.scale.limit_use import LimitUse
    from bench.scale.parked import Parked

MB = 1_000_000
_HEAD = "bold"
_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH = 40


def isolation_json(isolation: Isolation) -> dict[str, Any]:
    """p99_ratio: of the medians, beside sick lanes to alone."""
    alone, beside = (_waits(runs) for runs in (isolation.alone, isolation.beside_sick))
    ratio = round(beside["p99_ms"] / alone["p99_ms"], 2)
    return {"lanes": len(HEALTHY), "per_s": PER_S, "alone": alone, "beside_sick": beside, "p99_ratio": ratio}


def dead_vendor_json(dead_vendor: DeadVendor) -> dict[str, Any]:
    """Curves, one value for each moment."""
    moments = dead_vendor.moments
    return {
        "queued": dead_vendor.queued,
        "after_s": [round(moment.after_s, 1) for moment in moments],
        "resident_mb": [round(moment.resident_bytes / MB, 1) for moment in moments],
        "cpu_s": [round(moment.cpu_s, 2) for moment in moments],
        "lag": [moment.lag for moment in moments],
        "kept": [moment.kept for moment in moments],
    }


def parked_json(parked: Parked) -> dict[str, Any]:
    return {
        "deliveries": parked.deliveries,
        "partitions": parked.partitions,
        "resident_mb": round(parked.resident_bytes / MB, 1),
        "started_s": round(parked.started_s, 2),
        "takeover_s": round(parked.takeover_s, 2),
        "woken_s": round(parked.woken_s, 1),
        "per_s": round(parked.deliveries / parked.woken_s),
        "slowest_ms": round(1000 * parked.slowest_s),
    }


def limits_json(uses: Sequence[LimitUse]) -> list[dict[str, Any]]:
    """used: of what the limits, or the calls at a time, allow. most: in any window, and what it allows."""
    return [
        {
            "case": one.case,
            "allowed_per_s": round(one.allowed_per_s, 1),
            "per_s": round(one.per_s, 1),
            "used": round(one.per_s / one.allowed_per_s, 3),
            "windows": [asdict(window) for window in one.windows],
        }
        for one in uses
    ]


def show_limits(shown: Table, figures: list[dict[str, Any]]) -> None:
    """`figures`: as JSON has them."""
    for one in figures:
        shown.add_row(
            f"limits, {one['case']}: {one['allowed_per_s']:g} calls/s allowed",
            f"{one['per_s']:g}/s, {one['used']:.1%} used",
            style=_HEAD,
        )
        for window in one["windows"]:
            shown.add_row(f"  most in any {window['seconds']:g} s", f"{window['most']} of {window['calls']}")


def show_isolation(shown: Table, figures: dict[str, Any]) -> None:
    """`figures`: as JSON has them."""
    shown.add_row(
        f"{figures['lanes']} healthy lanes, {figures['per_s']:g} deliveries/s each: p50 / p99 alone",
        _both(figures["alone"]),
        style=_HEAD,
    )
    shown.add_row("  beside a lane that hangs and one that is always told 429", _both(figures["beside_sick"]))
    more_ms = figures["beside_sick"]["p99_ms"] - figures["alone"]["p99_ms"]
    shown.add_row("  p99, beside to alone", f"{figures['p99_ratio']:.2f} ×, {more_ms:+.0f} ms")
    calls = figures["beside_sick"]["runs"][0]["sick_calls"]
    shown.add_row("  calls that the sick lanes made", ", ".join(f"{lane} {count}" for lane, count in calls.items()))


def show_dead_vendor(shown: Table, figures: dict[str, Any]) -> None:
    """`figures`: as JSON has them."""
    memory, lag, kept = figures["resident_mb"], figures["lag"], figures["kept"]
    shown.add_row(
        f"{figures['queued']:,} deliveries behind a dead vendor: memory over {figures['after_s'][-1]:.0f} s",
        f"{curve(memory)}  {memory[0]:.0f} → {memory[-1]:.0f} MB, most {max(memory):.0f}",
        style=_HEAD,
    )
    shown.add_row("  lag, records", f"{curve(lag)}  most {max(lag):,}, last {lag[-1]:,}")
    shown.add_row("  open in the lane's state", f"{curve(kept)}  {kept[0]:,} → {kept[-1]:,}")
    shown.add_row("  cores busy", f"{(figures['cpu_s'][-1] - figures['cpu_s'][0]) / figures['after_s'][-1]:.2f}")


def show_parked(shown: Table, figures: dict[str, Any]) -> None:
    """`figures`: as JSON has them."""
    shown.add_row(
        f"{figures['deliveries']:,} people parked: takeover of all {figures['partitions']} partitions",
        f"{figures['takeover_s']:.2f} s",
        style=_HEAD,
    )
    shown.add_row("  from the start of the process until ready", f"{figures['started_s']:.2f} s")
    shown.add_row("  memory", f"{figures['resident_mb']:.0f} MB")
    shown.add_row("  all due at once: until all are done", f"{figures['woken_s']:.0f} s, {figures['per_s']:,}/s")
    shown.add_row("  slowest answer of the worker's page meanwhile", f"{figures['slowest_ms']:,} ms")


def curve(values: Sequence[float]) -> str:
    """Values from 0 to the highest as a line of blocks, thinned out to fit."""
    thin = [values[at * len(values) // _WIDTH] for at in range(_WIDTH)] if len(values) > _WIDTH else values
    top = max(thin, default=0) or 1
    return "".join(_BLOCKS[round(value / top * (len(_BLOCKS) - 1))] for value in thin)


def _waits(runs: Sequence[Waits]) -> dict[str, Any]:
    p50, p99 = middle(runs)
    return {"p50_ms": round(p50, 1), "p99_ms": round(p99, 1), "runs": [asdict(run) for run in runs]}


def _both(figures: dict[str, Any]) -> str:
    return f"{figures['p50_ms']:.0f} / {figures['p99_ms']:.0f} ms"
