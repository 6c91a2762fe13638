"""However slow a lane is by order, by its limits or by its vendor, it isn't stuck; what hangs is found by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import BUSY, DOWN, GOOD, REFUSED, REJECTED, UNREACHABLE, Driven, delivery
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.patience import Patience
from schemas.errors import VendorUnavailable
from streams.lanes.duties import duties

if TYPE_CHECKING:
    from processors.delivering.job import Call

LIMIT_S, EVERY_S, TICK_S = 60.0, 5.0, 1.0
WAITS = VendorUnavailable("http_429", status=429, retry_after=900.0)
ANSWERS = [GOOD, GOOD, GOOD, DOWN, BUSY, WAITS, REFUSED, REJECTED, UNREACHABLE]


@dataclass(eq=False)
class Errand:
    """One call on its way: it waits for a window of the limits, stands in line, is in the air, and so on."""

    call: Call
    limited_until: float
    left: list[float]
    answer: Any
    until: float = 0.0
    in_air: int = 0
    steps: int = 0

    @property
    def name(self) -> str:
        return f"call {self.call.jobs[0].delivery.delivery_id}"


@dataclass
class Lane:
    """A core and the shell around it, played in steps of a second. room: calls in the air at a time."""

    draw: Any
    room: int = 1
    commit_s: float = 0.0
    driven: Driven = field(default_factory=lambda: Driven(calls=8, budget_s=30.0))
    errands: list[Errand] = field(default_factory=list)
    begun: int = 0
    commits: int = 0
    turns: int = 0
    commit_at: float = 0.0
    hangs: str = ""
    patience: Patience = field(default_factory=lambda: Patience(LIMIT_S, EVERY_S))

    def tick(self) -> str | None:
        """A second goes by; what is found to stand still."""
        now = self.driven.seconds = self.driven.seconds + TICK_S
        core = self.driven.core
        if core.is_dirty and now >= self.commit_at and self.hangs != "commit":
            self.driven.commit()
            self.commits, self.commit_at = self.commits + 1, now + self.commit_s
        for call in core.start(self.driven.now) if self.hangs != "begin a call" else ():
            self.begun += 1
            self.errands.append(Errand(call, now + self.draw("limited"), self.draw("airs"), self.draw("answer")))
        for errand in list(self.errands):
            self._go(errand, now)
        return self.patience.look(self.duties(), now) if now % EVERY_S == 0 else None

    def _go(self, errand: Errand, now: float) -> None:
        if errand.in_air and now >= errand.until and errand.name != self.hangs:
            errand.in_air, errand.steps, self.turns = 0, errand.steps + 1, self.turns + 1
            if not errand.left:
                self.errands.remove(errand)
                self.driven.answer(errand.call, errand.answer)
        elif not errand.in_air and now >= errand.limited_until and self._free():
            errand.until, errand.in_air = now + errand.left.pop(), 1
            errand.steps, self.turns = errand.steps + 1, self.turns + 1

    def _free(self) -> bool:
        return sum(errand.in_air for errand in self.errands) < self.room

    def duties(self) -> dict[str, Any]:
        limited = any(self.driven.seconds < errand.limited_until for errand in self.errands)
        limiter = SimpleNamespace(holds_back=limited, turns=self.turns)
        bench: Any = SimpleNamespace(now=lambda: self.driven.now, connector=SimpleNamespace(limiter=limiter))
        errands: Any = self.errands
        return duties(self.driven.core, errands, bench, self.begun, self.commits)


@settings(max_examples=20)
@given(
    data=st.data(), room=st.integers(1, 4), commit_s=st.sampled_from([0.0, 0.0, 15.0]), paused=st.integers(0, 1200)
)
def test_ordinary_slowness_is_never_found(data: st.DataObject, room: int, commit_s: float, paused: int) -> None:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "limited": st.sampled_from([0.0, 0.0, 0.0, 20.0, 500.0]),
        "airs": st.lists(st.floats(0.1, 4.0), min_size=1, max_size=3),
        "answer": st.sampled_from(ANSWERS),
    }
    lane = Lane(lambda kind: data.draw(kinds[kind]), room, commit_s)
    lane.driven.arrive(*(delivery(number, pid=f"p1.{number % 12}") for number in range(30)))
    for second in range(1200):
        lane.driven.core.paused = paused <= second < paused + 300
        assert lane.tick() is None


def usual(kind: str) -> Any:
    return {"limited": 0.0, "airs": [4.0], "answer": GOOD}[kind]


def test_a_long_line_for_a_slow_vendor_is_no_standstill() -> None:
    lane = Lane(usual, driven=Driven(calls=40))
    lane.driven.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(40)))
    assert [lane.tick() for _ in range(300)] == [None] * 300
    assert not lane.errands


@pytest.mark.parametrize("hangs", ["call " + f"{0:064x}", "begin a call", "commit"])
def test_what_hangs_is_found_by_name_though_others_go_on(hangs: str) -> None:
    lane = Lane(usual, room=4, hangs=hangs)
    for second in range(200):
        if second % 7 == 0:
            lane.driven.arrive(delivery(second, pid=f"p1.{second}"))
        found = lane.tick()
        if found:
            assert found == hangs
            assert second >= LIMIT_S
            return
    pytest.fail("it was not found")


def test_a_call_that_hangs_is_found_even_while_a_limit_holds_the_others_back() -> None:
    limits = iter([0.0])  # of the first call; all others have long to wait
    lane = Lane(lambda kind: next(limits, 10_000.0) if kind == "limited" else usual(kind), room=8)
    lane.hangs = "call " + f"{0:064x}"
    lane.driven.arrive(*(delivery(number, pid=f"p1.{number}") for number in range(4)))
    assert any(lane.tick() == lane.hangs for _ in range(200))
