"""Instructions that name different identities of one person: none of them takes the other's place in a lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from delivering_support import GOOD, Driven
from routing_support import EMAIL, PEPPER, event
from test_known_identities import DEVICE, by, told, values

from processors.delivering.overtaking import left_of
from schemas.events import Identity
from schemas.ids import identity_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.routing.incoming import Routed
    from schemas.records import Delivery

LANE = "zoho-campaigns"
OTHER = {**EMAIL, "value": "ana.other@example.org"}


def sent(routed: Iterable[Routed], lane: str = LANE) -> list[Delivery]:
    return [delivery for one in routed for delivery in one.deliveries if delivery.lane == lane]


def carried_out(*deliveries: Delivery) -> list[str]:
    """Whom the vendor is told about, in order; all come in before anything is sent."""
    lane = Driven()
    lane.arrive(*deliveries)
    lane.commit()
    called = [offset for _ in deliveries for offset in lane.round(GOOD)]
    return [name for offset in called for name in values(deliveries[offset])]


def test_two_addresses_are_both_withdrawn() -> None:
    withdrawals = sent(told(by(1, "withdraw", 0, EMAIL), by(2, "withdraw", 1, OTHER)))
    assert carried_out(*withdrawals) == [EMAIL["value"], OTHER["value"]]


def test_the_same_address_is_withdrawn_once() -> None:
    withdrawals = sent(told(by(1, "withdraw", 0, EMAIL), by(2, "withdraw", 1, EMAIL, OTHER)))
    assert carried_out(*withdrawals) == [EMAIL["value"], OTHER["value"]]
    first, second = withdrawals
    assert left_of(first, second) is None
    assert left_of(second, first) is second


def test_a_deletion_takes_the_place_of_one_whose_addresses_it_names() -> None:
    first, second = sent(told(by(1, "delete", 1, EMAIL), by(2, "delete", 2, EMAIL, OTHER)))
    assert left_of(first, second) is None


def test_two_deletions_by_two_addresses_erase_both() -> None:
    """The state has forgotten the first address when the second deletion comes."""
    deletions = sent(told(by(1, "delete", 1, EMAIL), by(2, "delete", 2, OTHER)))
    assert carried_out(*deletions) == [EMAIL["value"], OTHER["value"]]


def test_what_names_all_that_is_known_is_enough() -> None:
    withdrawals = sent(told(by(1, "withdraw", 0, EMAIL), event(2, "withdraw", 1, ["surveys"])))
    assert carried_out(*withdrawals) == [EMAIL["value"]]


def test_one_that_finds_nobody_takes_no_ones_place() -> None:
    (named,) = sent(told(by(1, "withdraw", 0, EMAIL)))
    (nameless,) = sent(told(event(2, "withdraw", 1, ["surveys"])))
    assert left_of(named, nameless) is named


@pytest.mark.parametrize("kind", ["withdraw", "delete"])
def test_no_grant_is_sent_past_what_protects_whoever_that_names(kind: str) -> None:
    granted, protected = sent(told(by(1, "grant", 0, EMAIL), by(2, kind, 1, OTHER)))
    assert left_of(granted, protected) is None


def test_what_a_hold_kept_of_two_addresses_is_erased_of_both() -> None:
    hold = event(1, "hold.placed", 0, ["rights-defence"])
    lift = event(4, "hold.lifted", 9, supersedes=hold.event_id)
    *_, last = told(hold, by(2, "delete", 2, EMAIL), by(3, "delete", 3, OTHER), lift)
    assert carried_out(*sent([last], "zoho-crm")) == [EMAIL["value"], OTHER["value"]]


def test_a_hash_tells_whether_two_are_the_same_and_nothing_else() -> None:
    (one,) = sent(told(by(1, "withdraw", 0, EMAIL, DEVICE)))
    (again,) = sent(told(by(2, "withdraw", 1, DEVICE, EMAIL)))
    assert set(one.names) == set(again.names)
    assert {len(name) for name in one.names} == {16}
    identity = Identity.parse(EMAIL)
    assert identity_hash(PEPPER, one.pid, identity) in one.names
    assert identity_hash(PEPPER, "p1.somebody-else", identity) not in one.names, "nor can two people be compared"
