"""What was measured, as medians: in words, as JSON."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.replaying.contenders import ALONE, BARE, SHARES, TWO

if TYPE_CHECKING:
    from bench.replaying.spent import Spent

LATER = 100_000_000


class Told:
    """records: how many are in the log."""

    def __init__(self, records: int) -> None:
        self.records = records
        self._runs: dict[str, list[Spent]] = defaultdict(list)

    def add(self, name: str, spent: Spent) -> None:
        self._runs[name].append(spent)

    def as_json(self) -> dict[str, Any]:
        """Of each: records/s, µs of processor time a record, MB of the largest process; beside the bare reader."""
        each = {name: self._one(name) for name in self._runs}
        bare = each[BARE]
        for one in each.values():
            one["of_bare_rate"] = round(one["records_per_s"] / bare["records_per_s"], 2)
            one["of_bare_cpu"] = round(bare["cpu_us"] / one["cpu_us"], 2)
        a_record = (each[ALONE]["peak_mb"] - each[_share(SHARES[0])]["peak_mb"]) / (self.records * (1 - SHARES[0]))
        return {
            "records": self.records,
            "each": each,
            "two_beside_one": round(each[TWO]["records_per_s"] / each[ALONE]["records_per_s"], 2),
            "mb_a_million": round(a_record * 1_000_000),
            "mb_at_100_million": round(each[ALONE]["peak_mb"] + a_record * (LATER - self.records)),
            "hours_at_100_million": round(LATER / each[ALONE]["records_per_s"] / 3600, 1),
        }

    def _one(self, name: str) -> dict[str, float]:
        runs = self._runs[name]
        share = next((share for share in SHARES if name == _share(share)), 1)
        read = self.records * share
        return {
            "records": round(read),
            "records_per_s": round(read / median(run.s for run in runs)),
            "cpu_us": round(median(run.cpu_s for run in runs) / read * 1e6, 1),
            "peak_mb": round(median(run.peak_mb for run in runs)),
        }


def table(told: Told) -> str:
    found = told.as_json()
    head = f"{'':22} {'records/s':>10} {'of bare':>8} {'CPU µs':>8} {'of bare':>8} {'MB':>6}"
    rows = [
        f"{name:22} {one['records_per_s']:10,.0f} {one['of_bare_rate']:8.2f} {one['cpu_us']:8.1f} "
        f"{one['of_bare_cpu']:8.2f} {one['peak_mb']:6.0f}"
        for name, one in found["each"].items()
    ]
    later = (
        f"two processes beside one: {found['two_beside_one']:.2f}×\n"
        f"at {LATER:,} records, one process: {found['hours_at_100_million']} h, {found['mb_at_100_million']:,} MB "
        f"({found['mb_a_million']} MB a million)"
    )
    return "\n".join([f"{found['records']:,} records of consent.audit", head, *rows, later, ""])


def _share(share: float) -> str:
    return f"replay of {share:.0%}"
