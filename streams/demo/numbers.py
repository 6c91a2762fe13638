"""The demo's result in numbers: the object that `--json` prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from streams.demo.questions import Asked
from streams.demo.tally import PARKED, TASK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.demo.chaos import Struck
    from streams.demo.check import Mismatch
    from streams.demo.sharing import Shared
    from streams.demo.tally import Tally
    from streams.notary.verify import Verdict

NOTHING_YET = "nothing yet"


@dataclass(frozen=True, slots=True)
class Havoc:
    """What a run went through. again: events published anew; twice: those of them that were there already.

    repeats: calls whose first answer was lost in an outage.
    """

    acts: Sequence[Struck]
    again: int
    twice: int
    repeats: int

    @property
    def unrecovered(self) -> list[str]:
        """Acts after which no work went on."""
        return [act.what for act in self.acts if act.recovery_s is None]

    def as_json(self) -> dict[str, Any]:
        """Times in s; `at_s` since the first event."""
        return {
            "acts": [act.as_json() for act in self.acts],
            "published_again": self.again,
            "published_twice": self.twice,
            "repeated_calls": self.repeats,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run. seconds: of the whole run; a mismatch is named in the words of its text.

    proven: what `audit verify` says of each partition.
    """

    published: int
    seed: int
    seconds: float
    limits_scale: float
    tally: Tally
    mismatches: Sequence[Mismatch]
    shared: Sequence[Shared] = ()
    asked: Asked = field(default_factory=lambda: Asked(0, 0))
    havoc: Havoc | None = None
    policies: Sequence[str] = ()
    proven: Sequence[Verdict] = ()

    @property
    def is_good(self) -> bool:
        recovered = self.havoc is None or not self.havoc.unrecovered
        return recovered and not self.mismatches and not self.unaccounted and not self.tampered

    @property
    def tampered(self) -> list[Verdict]:
        """Partitions whose audit is not as the notary has signed it."""
        return [verdict for verdict in self.proven if verdict.finding]

    @property
    def unaccounted(self) -> int:
        """Deliveries that neither ended nor say what they wait for."""
        return sum(ending is None or not ending.is_over for _, ending in self.tally.endings())

    def as_json(self) -> dict[str, Any]:
        """Times in s, but for `latency_ms`."""
        return {
            "policies": list(self.policies),
            "events": self.events(),
            "deliveries": self.deliveries(),
            "unaccounted": self.unaccounted,
            "vendor_mismatches": len(self.mismatches),
            "mismatches": [str(mismatch) for mismatch in self.mismatches],
            "audit": [verdict.as_json() for verdict in self.proven],
            "asked_later": self.asked.as_json(),
            "shared_calls": [shared.as_json() for shared in self.shared],
            "latency_ms": latency_ms(self.tally),
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "limits_scale": self.limits_scale,
            "surge": "off",
            **({"chaos": self.havoc.as_json()} if self.havoc else {}),
        }

    def events(self) -> dict[str, Any]:
        kinds = Counter(verdict.kind for verdict in self.tally.verdicts.values())
        reasons = Counter(v.reason for v in self.tally.verdicts.values() if v.kind == "rejected")
        return {
            "published": self.published,
            "accepted": kinds["planned"],
            **{kind: kinds[kind] for kind in ("stale", "duplicate", "rejected")},
            "rejected_by_reason": dict(sorted(reasons.items(), key=str)),
            "forwarded": len(self.tally.forwarded),
        }

    def deliveries(self) -> dict[str, Any]:
        """`by_lane`: how often each outcome stands at the end."""
        endings = [ending for _, ending in self.tally.endings() if ending]
        final = sum(ending.is_final for ending in endings)
        by_lane: dict[str, Counter[str]] = defaultdict(Counter)
        for due, ending in self.tally.endings():
            by_lane[due.lane][ending.outcome if ending else NOTHING_YET] += 1
        return {
            "due": len(self.tally.dues),
            "final": final,
            "open_tasks": sum(ending.outcome == TASK for ending in endings),
            "parked": sum(ending.outcome == PARKED for ending in endings),
            "unbound": self.tally.unbound,
            "by_lane": {lane: dict(sorted(outcomes.items())) for lane, outcomes in sorted(by_lane.items())},
        }


def latency_ms(tally: Tally) -> dict[str, float | None]:
    """From Kafka's taking an event in to the last of its final outcomes, of the events that have one."""
    took: dict[str, int] = {}
    for due, ending in tally.endings():
        if ending and ending.is_final:
            took[due.event_id] = max(took.get(due.event_id, 0), ending.at - due.since)
    if not took:
        return {"p50": None, "p95": None}
    cuts = quantiles([*took.values(), *took.values()], n=20, method="inclusive")
    return {"p50": round(cuts[9] / 1000, 1), "p95": round(cuts[18] / 1000, 1)}
