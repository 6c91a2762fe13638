"""Points at which a worker kills itself, the nth time that it passes there: nothing is finished, as after kill -9.

A transaction's outcomes and its bookmark become visible together, so that there is no point between them.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from harness.patching import patch

from processors.engine.caller import Caller
from streams import topics
from streams.ownership import tenure
from streams.ownership.takeover import Takeover
from streams.ownership.tenure import Tenure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streams.outbox import Out


def _always(*_: object) -> bool:
    return True


def _tells(state: str, _: object, outs: Iterable[Out], *__: object) -> bool:
    """A transaction with facts for the audit, of the role whose state topic begins so."""
    written = {out.topic for out in outs}
    return topics.AUDIT in written and any(topic.startswith(state) for topic in written)


def _owns(state: str, own: Tenure, outs: Iterable[Out], *_: object) -> bool:
    """The same, where the bookmark isn't among the records yet."""
    return own._state_topic.startswith(state) and topics.AUDIT in {out.topic for out in outs}


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after a function of the product; only calls count whose arguments say yes to `counts`."""

    owner: Any
    name: str
    before: bool
    counts: Callable[..., bool] = _always


LANE, ROUTER = topics.lane_state(""), topics.STATE
POINTS = {
    "before_call": Point(Caller, "_send", before=True),
    "after_call": Point(Caller, "_send", before=False),  # the vendor has answered, and nothing is written down
    "before_outcome": Point(tenure, "send_all", before=True, counts=partial(_tells, LANE)),
    "before_commit": Point(tenure, "send_all", before=False, counts=partial(_tells, LANE)),  # the broker has it all
    "after_commit": Point(Tenure, "commit", before=False, counts=partial(_owns, LANE)),
    "router_before_outcome": Point(tenure, "send_all", before=True, counts=partial(_tells, ROUTER)),
    "router_before_commit": Point(tenure, "send_all", before=False, counts=partial(_tells, ROUTER)),
    "router_after_commit": Point(Tenure, "commit", before=False, counts=partial(_owns, ROUTER)),
    "takeover_after_init": Point(Takeover, "_settle_in", before=True),
    "takeover_after_restore": Point(Takeover, "_restore", before=False),
}


def install(cut: str) -> None:
    """`cut`: POINT:NTH, counted from 1."""
    name, _, nth = cut.partition(":")
    point, passed, last = POINTS[name], count(1), int(nth)

    def pass_by() -> None:
        if next(passed) == last:
            print(f"cut at {cut}", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def make(original: Any) -> Any:
        async def with_cut(*args: Any, **kwargs: Any) -> Any:
            counts = point.counts(*args)
            if counts and point.before:
                pass_by()
            answer = await original(*args, **kwargs)
            if counts and not point.before:
                pass_by()
            return answer

        return with_cut

    patch(point.owner, point.name, make)
