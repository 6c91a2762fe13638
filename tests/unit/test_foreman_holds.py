"""Releases, drops and cancels of a lane partition: what was confirmed and no more, in bearable pieces, once."""

from __future__ import annotations

import pytest
from delivering_support import GOOD, REHEARSED, delivery
from foreman_support import Site

from processors.delivering.holds import LIVE, Rules
from processors.delivering.surge import DeletionCount
from streams.control import NONSENSE
from streams.lanes.orders import holding
from streams.lanes.orders.extending import PERSON
from streams.lanes.orders.holding import CANCEL, COUNTS, DELIVERY, DROP, EVENT, RELEASE, SINCE, STATUS

FOREVER = str(2**62)


def held(people: int = 3, rules: Rules = LIVE) -> Site:
    """A site whose partition 2 holds a deletion of each of them."""
    site = Site()
    site.lane.rules = rules
    site.take_over()
    site.lane.core.holds.surge = DeletionCount(1000)
    site.lane.arrive(*(delivery(number, "delete", f"p1.{number}") for number in range(people)))
    site.commit()
    return site


def args(count: int, status: str = "held", since: str = FOREVER) -> dict[str, str]:
    return {STATUS: status, SINCE: since, COUNTS: f"0:9 2:{count}"}


def finished(site: Site) -> list[str | None]:
    """Look and commit until all of it is done."""
    told: list[str | None] = []
    while site.foreman.look(site.lane.now):
        told += [record.evidence.detail if record.evidence else None for record in site.commit()]
    return told


def test_what_was_confirmed_is_released_once() -> None:
    site = held()
    site.give(RELEASE, args=args(3))
    assert finished(site) == ["3 released"]
    site.give(RELEASE, 2, args=args(3))
    assert finished(site) == ["nothing of it is here"]
    assert sorted(site.lane.round(GOOD)) == [0, 1, 2]


def test_if_more_are_there_than_were_confirmed_nothing_is_done() -> None:
    site = held()
    site.give(DROP, args=args(2))
    assert finished(site) == ["nothing done: 2 were confirmed, 3 are there; look again"]
    site.give(DROP, 2, args=args(0, since="0"))
    assert finished(site) == ["nothing of it is here"]
    assert site.lane.core.statuses["held"] == 3


def test_much_goes_in_pieces_and_a_death_in_between_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST", 2)
    site = held(5)
    site.give(DROP, args=args(5))
    assert site.foreman.look(site.lane.now)
    assert not site.foreman.look(site.lane.now), "the first piece is not committed yet"
    assert site.commit() == []
    site.foreman.look(site.lane.now)
    site.take_over()
    assert site.lane.core.statuses["held"] == 3
    assert finished(site) == ["3 dropped"]
    assert [outcome for _, outcome, _ in site.lane.told].count("cancelled") == 5
    assert site.lane.state == {}


def test_a_dry_run_is_released_only_when_the_connection_is_live() -> None:
    site = Site()
    site.lane.rules = Rules(dry=True)
    site.take_over()
    site.lane.arrive(delivery(1))
    site.lane.round(REHEARSED)
    site.give(RELEASE, args=args(1, "dry_run"))
    assert finished(site) == ['nothing released: the connection is still mode = "dry-run"']
    site.lane.rules = LIVE
    site.take_over()
    site.give(RELEASE, 2, args=args(1, "dry_run"))
    assert finished(site) == ["1 released"]
    assert site.lane.round(GOOD) == [0]


def test_released_deletions_still_wait_for_their_cancel_window() -> None:
    site = held(1, Rules(window_s=60.0))
    site.give(RELEASE, args=args(1))
    assert finished(site) == ["1 wait for the end of their cancel window"]
    assert site.lane.round(GOOD) == []


@pytest.mark.parametrize("which", [{DELIVERY: f"{1:064x}"}, {EVENT: "event-1"}])
def test_one_is_cancelled_by_its_id_or_its_events(which: dict[str, str]) -> None:
    site = held()
    site.give(CANCEL, args=which)
    site.give(CANCEL, 2, args=which)
    assert finished(site) == ["1 cancelled", "nothing of it waits here"]
    assert site.lane.core.statuses["held"] == 2


@pytest.mark.parametrize(("pid", "said"), [("p1.1", "1 cancelled"), ("p1.2", "nothing of it waits here")])
def test_of_an_event_only_the_named_persons_part_is_cancelled(pid: str, said: str) -> None:
    site = held()
    site.give(CANCEL, args={EVENT: "event-1", PERSON: pid})
    assert finished(site) == [said]


def test_arguments_that_nobody_understands_stop_nobody() -> None:
    site = held()
    for number, wrong in enumerate([{}, args(1) | {SINCE: "soon"}, args(1) | {COUNTS: "all"}]):
        site.give(RELEASE, number, args=wrong)
    assert finished(site) == 3 * [NONSENSE]
