"""Commands to a lane partition: carried out once, whatever dies, and told to whoever looks."""

from __future__ import annotations

import pytest
from delivering_support import GOOD, REFUSED, delivery
from foreman_support import Site

from streams.control import NONSENSE, UNKNOWN, record_id
from streams.lanes.orders.pausing import PAUSE, RESUME
from streams.lanes.orders.redriving import DELIVERY, REDRIVE
from streams.metrics.scrape import scrape


def paused(site: Site) -> bool:
    return site.bench.status.roles["lane toy"].paused == {2}


def test_pause_and_resume_say_what_came_of_them_and_who_wanted_it() -> None:
    site = Site()
    site.give(PAUSE)
    assert site.foreman.look(site.lane.now)
    (told,) = site.commit()
    assert (told.kind, told.lane, told.reason, str(told.origin)) == (
        "command",
        "toy",
        "Sunday",
        "consent.control[0]@0",
    )
    assert told.record_id == record_id("c-1", "lane toy", 2)
    assert told.command
    assert (told.command.name, told.command.by) == (PAUSE, "ops@host")
    assert told.evidence
    assert told.evidence.detail == "paused"
    assert site.lane.core.paused
    site.give(RESUME, 2)
    assert site.obeyed() == ["goes on"]
    assert not site.lane.core.paused
    assert not site.foreman.look(site.lane.now)


def test_it_stays_paused_whoever_takes_over_and_the_command_is_not_carried_out_again() -> None:
    site = Site()
    site.give(PAUSE)
    assert site.obeyed() == ["paused"]
    site.take_over()
    assert (site.lane.core.paused, paused(site), site.obeyed()) == (True, True, [])
    site.lane.arrive(delivery(1))
    assert site.lane.round(GOOD) == []
    site.give(RESUME, 2)
    assert site.obeyed() == ["goes on"]
    site.take_over()
    assert (site.lane.core.paused, paused(site), site.obeyed()) == (False, False, [])
    assert site.lane.round(GOOD) == [0]


@pytest.mark.parametrize("name", [PAUSE, RESUME])
def test_a_command_whose_transaction_failed_is_carried_out_by_the_next_owner(name: str) -> None:
    site = Site()
    site.give(PAUSE)
    assert site.obeyed() == ["paused"]
    site.give(name, 2)
    site.foreman.look(site.lane.now)
    site.take_over()
    assert site.lane.core.paused
    assert site.obeyed() == [{PAUSE: "was paused already", RESUME: "goes on"}[name]]


def test_twice_or_the_other_way_round_is_harmless() -> None:
    site = Site()
    for number, name in enumerate([RESUME, PAUSE, PAUSE, RESUME, RESUME]):
        site.give(name, number)
    assert site.obeyed() == ["was not paused", "paused", "was paused already", "goes on", "was not paused"]
    assert not site.lane.core.paused


def test_what_is_for_others_is_passed_over_and_what_nobody_knows_is_told_so_once() -> None:
    site = Site()
    site.give(PAUSE, 1, "other")
    site.give("lanes.dance", 2)
    assert site.obeyed() == [UNKNOWN]
    assert not site.lane.core.paused
    site.take_over()
    site.give(PAUSE, 4)
    assert site.obeyed() == ["paused"]


@pytest.mark.parametrize("error", [ValueError("ann@example.test"), KeyError("until"), IndexError()])
def test_arguments_that_make_no_sense_stop_no_lane(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def act(*_: object) -> str:
        raise error

    site = Site()
    monkeypatch.setitem(site.foreman._acts, "lanes.dance", act)
    site.give("lanes.dance", 1)
    site.give(PAUSE, 2)
    assert site.obeyed() == [NONSENSE, "paused"]


def test_a_paused_lane_is_as_ready_as_before_and_says_that_it_is_paused() -> None:
    site = Site()
    status = site.bench.status
    status.up("lane toy", [2])
    status.works("lane toy", 2)
    site.give(PAUSE)
    site.obeyed()
    assert (status.ready, paused(site)) == (True, True)
    assert b'consent_relay_lane_paused{lane="toy"} 1.0' in scrape(site.bench.metrics, status, {})
    status.rests("lane toy", 2)
    assert not paused(site)
    assert b'consent_relay_lane_paused{lane="toy"} 0.0' in scrape(site.bench.metrics, status, {})


def test_a_redrive_says_how_many_go_out_once_more_and_does_it_once() -> None:
    site = Site()
    site.lane.arrive(delivery(1, "grant"))
    site.lane.round(REFUSED)
    site.lane.arrive(delivery(2), delivery(3, pid="p1.ben"))
    site.lane.round(REFUSED)
    site.give(REDRIVE, 1, args={DELIVERY: f"{3:064x}"})
    site.give(REDRIVE, 2)
    site.give(REDRIVE, 3)
    assert site.obeyed() == [
        "1 sent once more",
        "1 sent once more, 1 overtaken by newer instructions",
        "nothing of it is failed here",
    ]
    site.take_over()
    assert site.obeyed() == []
    assert sorted(site.lane.round(GOOD)) == [1, 2]


def test_a_redrive_of_a_paused_lane_waits_for_it_to_go_on() -> None:
    site = Site()
    site.lane.arrive(delivery(1))
    site.lane.round(REFUSED)
    site.give(PAUSE, 1)
    site.give(REDRIVE, 2)
    assert site.obeyed() == ["paused", "1 sent once more"]
    assert site.lane.round(GOOD) == []
    site.give(RESUME, 3)
    site.obeyed()
    assert site.lane.round(GOOD) == [0]
