"""What was measured, as medians: in words, as JSON."""

from __future__ import annotations

from collections import defaultdict
from statistics import linear_regression, median
from typing import TYPE_CHECKING, Any

from bench.replaying.contenders import ALONE, BARE, SHARES, STARTS, TWO, share_name

if TYPE_CHECKING:
    from bench.replaying.spent import Spent

LATER = 100_000_000


class Told:
    """records: how many are in the log. The start of a replay is told apart, and counts in no other figure."""

    def __init__(self, records: int) -> None:
        self.records = records
        self._runs: dict[str, list[Spent]] = defaultdict(list)

    def add(self, name: str, spent: Spent) -> None:
        self._runs[name].append(spent)

    def as_json(self) -> dict[str, Any]:
        """Of each: records/s, µs of processor time a record, MB of the largest process; beside the bare reader."""
        each = {name: self._one(name) for name in self._runs if name not in STARTS.values()}
        bare = each[BARE]
        for one in each.values():
            one["of_bare_rate"] = round(one["records_per_s"] / bare["records_per_s"], 2)
            one["of_bare_cpu"] = round(bare["cpu_us"] / one["cpu_us"], 2)
        curve = [(each[name]["records"], each[name]["peak_mb"]) for name in (*map(share_name, SHARES), ALONE)]
        line = linear_regression(*zip(*curve, strict=True))
        return {
            "records": self.records,
            "each": each,
            "starts": {name: {"s": s, "cpu_s": cpu} for name in STARTS.values() for s, cpu in [self._spent(name)]},
            "two_beside_one": round(each[TWO]["records_per_s"] / each[ALONE]["records_per_s"], 2),
            "mb_by_records": curve,
            "mb_a_million": round(line.slope * 1_000_000),
            "mb_at_100_million": round(line.intercept + line.slope * LATER),
            "hours_at_100_million": round(LATER / each[ALONE]["records_per_s"] / 3600, 1),
        }

    def _one(self, name: str) -> dict[str, float]:
        share = next((share for share in SHARES if name == share_name(share)), 1)
        read, (s, cpu_s) = self.records * share, self._spent(name)
        if start := STARTS.get(ALONE if share < 1 else name):
            start_s, start_cpu_s = self._spent(start)
            s, cpu_s = s - start_s, cpu_s - start_cpu_s
        return {
            "records": round(read),
            "records_per_s": round(read / s),
            "cpu_us": round(cpu_s / read * 1e6, 1),
            "peak_mb": round(median(run.peak_mb for run in self._runs[name])),
        }

    def _spent(self, name: str) -> tuple[float, float]:
        runs = self._runs[name]
        return median(run.s for run in runs), median(run.cpu_s for run in runs)


def table(told: Told) -> str:
    found = told.as_json()
    head = f"{'':22} {'records/s':>10} {'of bare':>8} {'CPU µs':>8} {'of bare':>8} {'MB':>6}"
    rows = [
        f"{name:22} {one['records_per_s']:10,.0f} {one['of_bare_rate']:8.2f} {one['cpu_us']:8.1f} "
        f"{one['of_bare_cpu']:8.2f} {one['peak_mb']:6.0f}"
        for name, one in found["each"].items()
    ]
    starts = [f"{name}: {one['s']:.1f} s, not counted above" for name, one in found["starts"].items()]
    later = (
        f"two processes beside one: {found['two_beside_one']:.2f}×\n"
        f"at {LATER:,} records, one process: {found['hours_at_100_million']} h, {found['mb_at_100_million']:,} MB "
        f"({found['mb_a_million']} MB a million, a line through {len(found['mb_by_records'])} lengths)"
    )
    return "\n".join([f"{found['records']:,} records of consent.audit", head, *rows, *starts, later, ""])
