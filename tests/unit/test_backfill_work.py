"""The router brings a new lane what stands, piece by piece; whatever ends it in between, all of it is told once."""

from __future__ import annotations

import asyncio

from backfill_support import PEOPLE, WISHES, Bench, wanted
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from plan_support import CAMPAIGNS, POLICY
from routing_support import EMAIL, event, record

from streams.backfill import DRY, LANE, key_of


async def test_all_that_stands_is_brought_and_counted() -> None:
    bench = Bench(*WISHES)
    bench.control.take(wanted())
    await bench.own(tells="c1")
    assert sorted(bench.brought) == sorted(wish.event_id for wish in WISHES)
    assert bench.detail("c1") == f"seen {PEOPLE}, withdraw {PEOPLE}"
    assert sum(one.kind == "cycle" for one in bench.audit) == PEOPLE
    told = bench.told("c1")
    assert told is not None
    assert (told.lane, told.policy) == (CAMPAIGNS.name, POLICY.ref)


@a_few
@given(at_once=st.integers(1, PEOPLE + 1), ends=st.lists(st.integers(0, 4), max_size=6))
def test_whatever_ends_it_in_between_each_is_brought_once(at_once: int, ends: list[int]) -> None:
    async def run() -> None:
        bench = Bench(*WISHES, at_once=at_once)
        bench.control.take(wanted())
        for commits in ends:
            if bench.detail("c1") is None:
                await bench.own(fails_after=commits, tells="c1")
        if bench.detail("c1") is None:
            await bench.own(tells="c1")
        assert sorted(bench.brought) == sorted(wish.event_id for wish in WISHES)
        assert bench.detail("c1") == f"seen {PEOPLE}, withdraw {PEOPLE}"

    asyncio.run(run())


async def test_a_dry_run_counts_the_same_and_leaves_nothing() -> None:
    bench = Bench(*WISHES)
    bench.control.take(wanted(**{DRY: "yes"}))
    await bench.own(tells="c1")
    assert (bench.detail("c1"), bench.brought) == (f"seen {PEOPLE}, withdraw {PEOPLE}", [])
    assert bench.tenures[-1].records[key_of(CAMPAIGNS.name, dry=True)] is None
    bench.control.take(wanted("c2"))
    await bench.own(tells="c2")
    assert bench.detail("c2") == f"seen {PEOPLE}, withdraw {PEOPLE}"


async def test_a_second_one_goes_on_behind_the_first() -> None:
    bench = Bench(*WISHES)
    bench.control.take(wanted())
    await bench.own(tells="c1")
    bench.control.take(wanted("c2"))
    await bench.own(tells="c2")
    assert bench.detail("c2") == "seen 0"
    assert len(bench.brought) == PEOPLE


async def test_one_that_is_under_way_is_not_begun_twice() -> None:
    bench = Bench(*WISHES, at_once=1)
    bench.control.take(wanted())
    bench.control.take(wanted("c2"))
    await bench.own(tells="c1")
    assert (bench.detail("c2") or "").startswith("refused: command c1 of eva")
    assert len(bench.brought) == PEOPLE


async def test_a_lane_that_this_worker_does_not_know_is_refused() -> None:
    bench = Bench(*WISHES)
    bench.control.take(wanted(**{LANE: "elsewhere"}))
    await bench.own(tells="c1")
    assert (bench.detail("c1") or "").startswith("refused: no connection")


async def test_events_go_on_meanwhile_and_what_they_change_is_heeded() -> None:
    bench = Bench(*WISHES, at_once=1)
    bench.control.take(wanted())
    again = event(99, "grant", 5, ["surveys"], subject_id=f"c-{PEOPLE}", identities=[EMAIL])
    await bench.own(tells="c1", feed=[record(again, 3)])
    told = [one for one in bench.audit if one.event_id == again.event_id and one.kind == "planned"]
    assert len(told) == 1
    last = WISHES[-1].event_id
    actions = [event_id for event_id in bench.brought if event_id in {last, again.event_id}]
    assert actions in ([again.event_id], [last, again.event_id]), "never the withdrawal behind the grant"
