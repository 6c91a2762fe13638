"""Whatever happens to calls, records and partitions: no window of the vendor's ever holds more than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from limits_support import Site

from schemas.windows import Window

if TYPE_CHECKING:
    from processors.limits.reserve import Draft

PARTITIONS = 3
OWNERS = ("a", "b")
APIS = ("read", "write")
windows = st.builds(
    Window,
    calls=st.integers(PARTITIONS, 12),
    seconds=st.sampled_from([1.0, 11.0, 300.0]),
    apis=st.sampled_from([(), ("write",)]),
    together=st.booleans(),
)


class Machine(RuleBasedStateMachine):
    site: Site
    drafts: dict[int, Draft]

    @initialize(
        some=st.lists(windows, min_size=1, max_size=3, unique_by=Window.scope),
        owners=st.tuples(*[st.sampled_from(OWNERS)] * PARTITIONS),
    )
    def begin(self, some: list[Window], owners: tuple[str, ...]) -> None:
        self.site, self.drafts = Site(some, PARTITIONS), {}
        for partition, owner in enumerate(owners):
            self.site.take_over(partition, owner)

    @rule(owner=st.sampled_from(OWNERS), api=st.sampled_from(APIS), times=st.integers(1, 15))
    def call(self, owner: str, api: str, times: int) -> None:
        while times and self.site.call(owner, api):
            times -= 1

    @rule(owner=st.sampled_from(OWNERS), api=st.sampled_from(APIS), seen_at=st.sampled_from([0.0, 1.0, None]))
    def as_much_as_may_be(self, owner: str, api: str, seen_at: float | None) -> None:
        """Reservations are written and committed at once; `seen_at` None: the answers are still due."""
        for partition, who in self.site.owners.items():
            while who == owner and partition not in self.drafts:
                self.call(owner, api, 99)
                if not (made := self.site.reserve(partition)):
                    break
                made.committed()
        self.site.now += 0.2
        while seen_at is not None and self.site.under_way:
            self.site.answer(0, seen_at)

    @rule(data=st.data(), seen_at=st.sampled_from([0.0, 0.5, 1.0]))
    def answer(self, data: Any, seen_at: float) -> None:
        if self.site.under_way:
            self.site.answer(data.draw(st.integers(0, len(self.site.under_way) - 1)), seen_at)

    @rule(seconds=st.sampled_from([0.3, 0.9, 2.0, 10.0, 300.0]))
    def wait(self, seconds: float) -> None:
        self.site.wait(seconds)

    @rule(partition=st.integers(0, PARTITIONS - 1))
    def write(self, partition: int) -> None:
        made = partition not in self.drafts and self.site.reserve(partition)
        if made:
            self.drafts[partition] = made

    @rule(partition=st.integers(0, PARTITIONS - 1))
    def committed(self, partition: int) -> None:
        if partition in self.drafts:
            self.drafts.pop(partition).committed()

    @rule(partition=st.integers(0, PARTITIONS - 1), owner=st.sampled_from(OWNERS))
    def hand_over(self, partition: int, owner: str) -> None:
        self.drafts.pop(partition, None)
        self.site.hand_over(partition, owner)

    @rule(owner=st.sampled_from(OWNERS), heir=st.sampled_from(OWNERS))
    def crash(self, owner: str, heir: str) -> None:
        for partition, who in self.site.owners.items():
            if who == owner:
                self.drafts.pop(partition, None)
        self.site.crash(owner, heir)

    @invariant()
    def no_window_holds_too_many(self) -> None:
        if hasattr(self, "site"):
            self.site.check()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=30)
