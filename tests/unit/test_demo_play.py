"""A demo of several controllers: each has its people and its share of the events."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from demo_support import CONFIG, NOW

from schemas.errors import SetupError
from streams.demo.accounts import ACCOUNTS, ALL, all_lists, controllers_of, lists_of, policy_of
from streams.demo.cast import make_cast
from streams.demo.config import favourites
from streams.demo.events import Sent, make_events, make_play
from streams.demo.run import Wanted
from streams.demo.stories import Teller


def tellers(seed: int = 3) -> list[Teller]:
    casts = [make_cast(30, seed, whose) for whose in ACCOUNTS]
    policies = [policy_of(cast.controller) for cast in casts]
    return [Teller(c, p, favourites(p, CONFIG), Random(seed)) for c, p in zip(casts, policies, strict=True)]


def whose(sent: Sent) -> str:
    return sent.subject_id.partition("-")[0]


@pytest.mark.parametrize("count", [1, 3, 4, 202])
def test_each_controller_has_its_share_of_the_events(count: int) -> None:
    shares = Counter(whose(sent) for sent in make_play(count, NOW, tellers()))
    assert shares.total() == count
    assert max(shares.values()) - min(shares.values() if len(shares) == len(ACCOUNTS) else [0]) <= 1


def test_they_arrive_side_by_side_and_each_in_its_own_order() -> None:
    play = make_play(400, NOW, tellers())
    assert {whose(sent) for sent in play[:20]} == {whose(sent) for sent in play[-20:]}
    for teller, again in zip(tellers(), tellers(), strict=True):
        key = teller.cast.people[0].key.partition("-")[0]
        assert [sent for sent in play if whose(sent) == key] == make_events(100, NOW, again)


def test_no_two_controllers_share_a_person_or_a_mailing_list() -> None:
    people = [person for whose in ACCOUNTS for person in make_cast(50, 1, whose).people]
    for names in ([p.key for p in people], [p.email for p in people], [p.ga_client_id for p in people]):
        assert len(set(names)) == len(names)
    assert sum(len(lists_of(whose)) for whose in ACCOUNTS) == len(all_lists())


def test_each_cast_only_has_faults_at_vendors_of_its_own() -> None:
    for controller, accounts in ACCOUNTS.items():
        assert {fault.vendor for fault in make_cast(20, 1, controller).faults} <= accounts.keys()


def test_all_means_every_controller_with_as_many_people_each() -> None:
    assert controllers_of(ALL) == ("oomnis", "osome", "osows", "omigroup")
    casts = Wanted(events=1, people=400, seed=1, policy=ALL).casts()
    assert [len(cast.people) for cast in casts] == [100] * 4
    assert [len(cast.people) for cast in Wanted(1, 20, 1, ALL).casts()] == [20] * 4
    with pytest.raises(SetupError, match="no policy 'acme'"):
        controllers_of("acme")


def test_what_plays_it_again_names_the_policy() -> None:
    assert Wanted(5, 20, 1, ALL).command == "consent-relay demo --policy all --seed 1 --events 5 --people 20"
    assert "--policy" not in Wanted(5, 20, 1, "oomnis").command
