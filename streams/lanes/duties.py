"""What one lane partition should do now, so that it is noticed when it doesn't: processors/patience.py says when.

What waits for its time, for the vendor's limits, behind a breaker or for an operator is no duty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from processors.delivering.core import Core
    from streams.lanes.bench import Bench
    from streams.lanes.errand import Errand


def duties(core: Core, errands: Iterable[Errand], bench: Bench, begun: int, commits: int) -> dict[str, Hashable]:
    """Name → a mark that changes when it goes on. begun: calls so far; commits: transactions so far."""
    found: dict[str, Hashable] = {}
    if core.is_dirty:
        found["commit"] = commits
    if core.could_start(bench.now()):
        found["begin a call"] = begun
    limiter = bench.connector.limiter
    for errand in errands:
        if errand.in_air:  # each request has a time limit
            found[errand.name] = errand.steps
        elif not limiter.holds_back:  # stands in line for the connection's `concurrency`, or for a commit
            found[errand.name] = (errand.steps, limiter.turns, commits)
    return found
