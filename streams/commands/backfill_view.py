"""What the routers tell of a backfill, for people."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from processors.routing.bringing import KNOWN, MISSING, NEVER, NO_POLICY, NOT_DUE, OVER
from streams.backfill import SEEN, UNREADABLE
from streams.control import did_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PAIR = re.compile(r"([a-z_]+) (\d+)")
_WORDS = {
    SEEN: "events that protect somebody, looked at",
    "withdraw": "withdrawals to be carried out",
    "delete": "deletions to be carried out",
    "grant": "grants sent again, each behind a deletion that is older",
    "manual_task": "tasks for a person: the vendor has no call for it",
    "retained": "deletions that a legal hold keeps back",
    MISSING: "failed: nothing is known any more to find the person by",
    KNOWN: "the lane was told when the event came",
    OVER: "stand no more: something newer took their place",
    NEVER: "of a kind that a backfill doesn't bring (access, correction, restriction)",
    NOT_DUE: "nothing is due there: region, channel or basis",
    NO_POLICY: "about no purpose of the policy in force",
    UNREADABLE: "audit records that nobody can read: see the worker's log",
}
"""In the order in which they are shown."""


def numbers(detail: str | None) -> Counter[str]:
    """What a partition has counted; nothing if it refused."""
    if detail is None or did_nothing(detail):
        return Counter()
    return Counter({word: int(number) for word, number in _PAIR.findall(detail)})


def summed(counts: Iterable[Counter[str]]) -> dict[str, int]:
    """Of all partitions."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return {word: total[word] for word in _WORDS if total[word]}


def shown(lane: str, told: Mapping[int, str | None], *, dry: bool) -> str:
    """Lines for a screen."""
    lines = [
        f"router, partition {partition}: {detail or 'not at its end yet'}"
        for partition, detail in told.items()
        if detail is None or did_nothing(detail)
    ]
    found = summed(numbers(detail) for detail in told.values())
    head = f"lane {lane}, a dry run: so it would be now" if dry else f"lane {lane}"
    body = [f"  {number:>9,}  {_WORDS[word]}" for word, number in found.items()]
    if not body and not lines:
        body = ["  the audit holds nothing that wasn't looked at before"]
    return "\n".join([head, *body, *lines])
