"""The faults that a run draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from harness import conductor, network
from harness.act import Act
from harness.acts import BESIDE, BROKERS, DIE, FREEZE, JOIN, LEAVE, draw
from harness.conductor import Conductor
from harness.deeds import DEEDS
from harness.spells import SPELLS
from sizes import BEYOND_SESSION_S
from soaking.soak import KINDS, OTHERS
from test_everything import KINDS as ALL_TOGETHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cluster import Cluster
    from harness.workload import Record


def test_the_seed_says_what_happens_and_each_kind_comes_before_any_comes_again() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert acts == draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert acts != draw(2, 2 * len(KINDS), KINDS, OTHERS)
    assert sorted(act.what for act in acts[: len(KINDS)]) == sorted(KINDS)


def test_what_is_done_to_the_broker_or_before_it_is_done_to_no_worker() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert {act.whom for act in acts if act.what in BROKERS} == {network.BROKER}
    assert {act.whom for act in acts if act.what not in BROKERS} == set(OTHERS)


def test_a_freeze_and_a_black_hole_outlast_the_session() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert all(act.away_s >= BEYOND_SESSION_S for act in acts if act.what in {FREEZE, network.BLACK_HOLE})


def test_whatever_can_be_drawn_can_be_done() -> None:
    assert {*ALL_TOGETHER, *BESIDE, *KINDS, JOIN, LEAVE, DIE} == DEEDS.keys()


def test_bad_spells_are_drawn_for_vendors_and_all_else_is_not() -> None:
    acts = draw(1, 2 * len(BESIDE), BESIDE, OTHERS, ("crm",))
    assert {act.whom for act in acts if act.what in SPELLS} == {"crm"}
    assert {act.whom for act in acts if act.what not in SPELLS} <= set(OTHERS)


class Quiet:
    """No cluster: nothing happens in it, and so much work is open at each act."""

    def __init__(self, *unsettled: int) -> None:
        self.unsettled, *self._left = unsettled
        self.publisher = self
        self.published: list[object] = []

    async def spread(self, records: Sequence[object], over_s: float) -> None:
        assert over_s > LEAD_S
        self.published += records

    async def recovered(self, whom: str) -> None:
        assert whom == "w1"
        if self._left:
            self.unsettled = self._left.pop(0)


LEAD_S = 0.01
NOTHING = Act("nothing", "w1", LEAD_S, 0.0)


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def deed(*_: object) -> None: ...

    monkeypatch.setitem(cast("dict[str, object]", DEEDS), "nothing", deed)
    monkeypatch.setattr(conductor, "GAP_S", 0.0)


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize("unsettled", [(0,), (5, 0), (0, 3, 0)])
async def test_acts_that_mostly_strike_while_there_is_nothing_to_do_show_nothing(unsettled: tuple[int, ...]) -> None:
    some = cast("list[Record]", [1])
    with pytest.raises(AssertionError, match="while there was nothing to do"):
        await Conductor(cast("Cluster", Quiet(*unsettled))).play([NOTHING] * len(unsettled), some)


@pytest.mark.usefixtures("nothing")
async def test_all_that_is_given_is_published_around_the_acts() -> None:
    cluster, said = Quiet(4, 0, 7), list[str]()
    plays = Conductor(cast("Cluster", cluster), said.append)
    records = cast("list[Record]", list(range(10)))
    await plays.play([NOTHING] * 3, records)
    assert cluster.published == records
    assert plays.unsettled == [4, 0, 7]
    assert said[0] == "nothing w1, after 0.0 s, for 0.0 s: 4 unsettled"


class Breathing(Quiet):
    """It has something to do at every third look."""

    looks = 0

    @property
    def unsettled(self) -> int:
        self.looks += 1
        return self.looks % 3 == 0

    @unsettled.setter
    def unsettled(self, _: int) -> None: ...


@pytest.mark.usefixtures("nothing")
async def test_an_act_waits_for_work_where_the_relay_keeps_up_with_what_comes_in() -> None:
    cluster = Breathing(0)
    plays = Conductor(cast("Cluster", cluster), print)
    await plays.strike(NOTHING)
    assert (cluster.looks, plays.unsettled) == (3, [1])
