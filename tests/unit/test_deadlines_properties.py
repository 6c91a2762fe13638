"""What holds for all deadlines, whatever was asked and when."""

from __future__ import annotations

from datetime import date, timedelta

from deadline_support import EVERY, Listed, at
from hypothesis import given
from hypothesis import strategies as st

from processors.deadlines import extended, limits
from processors.reckoning.calendars import is_working
from processors.reckoning.counting import end_of, last_day, local_day
from processors.reckoning.scope import scope
from schemas.deadlines import HOUSE, law
from schemas.events import CHANNELS
from schemas.law.rows import EVENTS, Regime
from schemas.times import DAY

MOMENTS = st.integers(at("2025-06-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
PLACES = st.sampled_from(
    [None, "EEA", "DE", "FI", "PT", "HK", "VN", "US", "US-CA", "US-CO", "US-CT", "US-UT", "US-VA", "BR"]
)
LISTED = st.lists(st.sampled_from(EVERY), unique=True)
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
KINDS = st.sampled_from(EVENTS)
CHANNEL_SETS = st.lists(st.sampled_from(CHANNELS), unique=True, max_size=2).map(tuple)


@given(LISTED, PLACES, KINDS, CHANNEL_SETS, MOMENTS, st.integers(0, 400 * DAY))
def test_never_before_the_request_and_never_sooner_for_a_later_one(  # noqa: PLR0917 - what a deadline depends on
    listed: list[Listed], place: str | None, kind: str, channels: tuple[str, ...], received: int, later: int
) -> None:
    where = scope(listed, place)
    first = limits(where, kind, received, received, channels)
    second = limits(where, kind, received + later, received + later, channels)
    assert all(one.due_at >= received for one in first.values())
    for leg in first.keys() & second.keys():
        if first[leg].row.regime != HOUSE:  # what a new law names first may be longer, and nothing is shorter
            assert first[leg].due_at <= second[leg].due_at or second[leg].row.valid_from


@given(LISTED, KINDS, CHANNEL_SETS, MOMENTS)
def test_where_the_jurisdiction_is_unknown_the_earliest_of_all_that_it_could_be_holds(
    listed: list[Listed], kind: str, channels: tuple[str, ...], received: int
) -> None:
    unknown = limits(scope(listed, None), kind, received, received, channels)
    places = {place for one in listed for place in one.jurisdictions}
    known = [limits(scope(listed, place), kind, received, received, channels) for place in places]
    for leg, one in unknown.items():
        by_law = [each[leg].due_at for each in known if leg in each and each[leg].row.regime != HOUSE]
        assert one.due_at == min(by_law, default=one.due_at)
        assert bool(one.assumed) == bool(by_law)


@given(LISTED, PLACES, KINDS, CHANNEL_SETS, MOMENTS)
def test_the_strictest_is_the_least_of_all_numbers_that_hold_in_one_place(
    listed: list[Listed], place: str | None, kind: str, channels: tuple[str, ...], received: int
) -> None:
    where = scope(listed, place)
    for one in limits(where, kind, received, received, channels).values():
        numbers = [other.due_at for other in (one, *one.others) if other.row.unit != "none"]
        if len(where.worlds) == 1 and numbers:
            assert one.due_at == min(numbers)


@given(LISTED, PLACES, KINDS, MOMENTS)
def test_an_extension_never_shortens(listed: list[Listed], place: str | None, kind: str, received: int) -> None:
    for one in limits(scope(listed, place), kind, received, received).values():
        if one.row.extension is not None:
            assert extended(one, "a reason", received).due_at >= one.due_at


@given(DAYS, st.integers(1, 60), st.sampled_from(law().regimes))
def test_working_days_are_counted_one_by_one(first: date, amount: int, regime: Regime) -> None:
    place = regime.places[0]
    last = last_day(first, amount, "working_day", place, rolls=False)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(is_working(place, day) for day in between) == amount
    assert is_working(place, last)


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from([p.zone for r in law().regimes for p in r.places])
)
def test_a_day_ends_where_it_ends_there(day: date, zone: str) -> None:
    end = end_of(day, zone)
    assert local_day(end, zone) == day
    assert local_day(end + 1, zone) == day + timedelta(days=1)
