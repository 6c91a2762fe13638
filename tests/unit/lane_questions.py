"""What a lane partition asks its vendor later, and what that tells by itself: rules of the lane core's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivering_support import ANSWERS, DOWN, GOOD, READ, REFUSED, SAID
from hypothesis import strategies as st
from hypothesis.stateful import rule
from lane_operators import Operators

from processors.delivering.plans import Plans
from processors.vendors.later import Schedule, Undone, read_back_after

if TYPE_CHECKING:
    from processors.delivering.job import Call
    from processors.vendors.base import Result
    from schemas.errors import VendorError

PLANS = Plans(lambda _: Schedule(10.0, 2.0, 100.0, 5000.0), lambda _: read_back_after(50.0))


class Questions(Operators):
    """Of the core as it is at the moment."""

    def tell(self, call: Call, answer: Result | VendorError) -> None:
        """To a question what stands at the same place in the list of its answers."""
        ids = [job.delivery.delivery_id for job in call.jobs]
        known = SAID if call.asks == "job" else READ
        said = known[ANSWERS.index(answer) % len(known)]
        if said is REFUSED or (isinstance(said, Undone) and said.error is REFUSED):
            self.model.refused.update(ids)
        self.core.asked(call, dict.fromkeys(ids, said), self.now)

    @rule(which=st.integers(0, 9), said=st.none() | st.sampled_from([GOOD, Undone(DOWN)]))
    def hear(self, which: int, said: Result | Undone | None) -> None:
        """The vendor tells of a job by itself, which may have ended long ago."""
        self.core.heard(f"job-{which}", said, self.now)
