"""What operators may want of a lane partition at any moment: rules of the lane core's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivering_support import REDRIVE
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from plan_support import DAY, NOW

from processors.delivering.job import Now
from schemas.records import Evidence

if TYPE_CHECKING:
    from lane_model import Model

    from processors.delivering.core import Core

PROOF = Evidence(link="https://tickets.example/7")


class Operators(RuleBasedStateMachine):
    """Of the core as it is at the moment."""

    core: Core
    model: Model
    seconds: float

    @property
    def now(self) -> Now:
        return Now(NOW + round(self.seconds * 1e6), self.seconds)

    @rule(which=st.none() | st.integers(0, 5))
    def redrive(self, which: int | None) -> None:
        """All that has failed, or one delivery, if it has."""
        failed = self.core.redrives.failed(None if which is None else f"{which:064x}")
        self.core.redrives.begin(REDRIVE, failed, self.now)

    @rule(which=st.integers(0, 5))
    def finish(self, which: int) -> None:
        """Somebody has done a delivery by hand, if it is a task."""
        self.core.finish(REDRIVE, [f"{which:064x}"], PROOF, self.now)

    @rule()
    def pause(self) -> None:
        self.core.paused = not self.core.paused

    @rule(status=st.sampled_from(["held", "dry_run"]))
    def release(self, status: str) -> None:
        self.let_go(status)

    def let_go(self, status: str) -> None:
        found = self.core.holds.chosen(lambda entry: entry.status == status)
        self.core.holds.release(found, REDRIVE, self.now)

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        """One of those on hold."""
        found = self.core.holds.chosen(lambda _: True)
        if found:
            one = found[which % len(found)]
            self.model.unwanted.add(one.delivery.delivery_id)
            self.core.holds.cancel([one], REDRIVE, self.now)

    @rule(who=st.sampled_from(["p1.ana", "p1.ben"]), which=st.integers(0, 5), days=st.integers(0, 90))
    def extend(self, who: str, which: int, days: int) -> None:
        """A person's delivery has more time, if it is open here."""
        self.core.deadlines.put_off(who, {f"{which:064x}": NOW + days * DAY}, self.now)
