"""The guard's shortcut for the usual record judges as the guard itself does."""

from __future__ import annotations

from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from routing_support import DESK, incoming

from processors.flood import Limits
from processors.routing.guard import Guard
from processors.routing.incoming import Routed
from processors.routing.reject import reject
from schemas.errors import UndecodableRecord

GOOD, FORWARDED = Routed(verdict="planned"), Routed(verdict="forwarded", home=1)
BAD = reject(incoming(b"garbage"), UndecodableRecord("no event"), DESK)
FATES = {"g": GOOD, "b": BAD, "f": FORWARDED}
SMALL = Limits(run=5, ratio=0.9, window=8, least=6)


def state_of(guard: Guard[int]) -> object:
    return {**vars(guard), "_count": vars(guard._count)}


@given(fates=st.text("ggbf", max_size=40), armed_from=st.integers(0, 20))
@a_few
def test_what_is_waved_on_is_what_would_have_been_given_back_alone(fates: str, armed_from: int) -> None:
    one, other = (Guard[int](SMALL, armed_from=armed_from) for _ in range(2))
    for number, fate in enumerate(fates):
        if one.waves_on(number, FATES[fate]):
            assert other.take(number, FATES[fate], number, 1) == [number]
        else:
            assert one.take(number, FATES[fate], number, 1) == other.take(number, FATES[fate], number, 1)
        assert state_of(one) == state_of(other)
        if one.flood:
            break


def test_a_good_record_is_waved_on_unless_something_is_held_back() -> None:
    guard = Guard[int](SMALL)
    assert guard.waves_on(0, GOOD)
    assert not guard.waves_on(1, FORWARDED)
    assert not guard.waves_on(1, BAD)
    guard.take(1, BAD, 1, 1)
    assert not guard.waves_on(2, GOOD)
