"""Whose instruction is next."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

from contract_support import a_few
from delivering_support import job
from hypothesis import given
from hypothesis import strategies as st

from processors.delivering.queues import Job, Queues

if TYPE_CHECKING:
    from schemas.records import Action


def filled(*jobs: Job) -> Queues:
    queues = Queues()
    for one in jobs:
        queues.add(one)
    return queues


def one_at_a_time(_: Action) -> int:
    return 1


def offsets(jobs: list[Job]) -> list[int]:
    return [one.offset for one in jobs]


def test_nothing_waits_in_the_beginning() -> None:
    assert Queues().take(one_at_a_time) == []


def test_a_persons_instructions_follow_one_another() -> None:
    queues = filled(job(1), job(2))
    assert offsets(queues.take(one_at_a_time)) == [1]
    assert queues.take(one_at_a_time) == [], "the first is not committed yet"
    queues.add(job(3))
    assert queues.take(one_at_a_time) == []
    queues.done("p1.ana")
    assert offsets(queues.take(one_at_a_time)) == [2]
    queues.done("p1.ana")
    assert offsets(queues.take(one_at_a_time)) == [3]
    queues.done("p1.ana")
    assert queues.take(one_at_a_time) == []


def test_other_people_do_not_wait() -> None:
    queues = filled(job(1), job(2), job(3, pid="p1.ben"))
    assert offsets(queues.take(one_at_a_time)) == [1]
    assert offsets(queues.take(one_at_a_time)) == [3]


def test_what_protects_goes_before_grants_across_people() -> None:
    queues = filled(
        job(1, "grant"), job(2, "grant", "p1.ben"), job(3, "withdraw", "p1.eva"), job(4, "delete", "p1.kim")
    )
    assert [offsets(queues.take(one_at_a_time)) for _ in range(4)] == [[3], [4], [1], [2]]


def test_a_person_waits_by_what_is_next_for_them() -> None:
    queues = filled(job(1, "grant"), job(2, "withdraw"), job(3, "grant", "p1.ben"))
    assert offsets(queues.take(one_at_a_time)) == [1], "the withdrawal is not next yet"
    queues.done("p1.ana")
    assert offsets(queues.take(one_at_a_time)) == [2]
    assert offsets(queues.take(one_at_a_time)) == [3]


def test_a_batch_is_of_one_action_and_of_different_people() -> None:
    queues = filled(
        job(1), job(2), job(3, "delete", "p1.ben"), job(4, "withdraw", "p1.eva"), job(5, "withdraw", "p1.kim")
    )
    most = {"withdraw": 2, "delete": 10, "grant": 10}
    assert offsets(queues.take(most.__getitem__)) == [1, 4]
    assert offsets(queues.take(most.__getitem__)) == [3]
    assert offsets(queues.take(most.__getitem__)) == [5]
    assert queues.take(most.__getitem__) == []


def test_people_who_are_done_leave_nothing_behind() -> None:
    queues = filled(job(1), job(2, pid="p1.ben"))
    queues.take(lambda _: 2)
    queues.done("p1.ana")
    queues.done("p1.ben")
    assert not queues._waiting
    assert not queues._busy


ACTIONS = st.sampled_from(["grant", "withdraw", "delete"])
PEOPLE = st.sampled_from(["p1.ana", "p1.ben", "p1.eva"])


@given(st.lists(st.tuples(ACTIONS, PEOPLE), max_size=12), st.integers(0, 2**32))
@a_few
def test_whatever_comes_in_is_done_once_and_in_each_persons_order(
    arriving: list[tuple[Action, str]], seed: int
) -> None:
    random = Random(seed)
    queues, busy = Queues(), set[str]()
    coming = [job(offset, action, pid) for offset, (action, pid) in enumerate(arriving)]
    waiting: dict[str, list[int]] = defaultdict(list)
    for one in coming:
        waiting[one.delivery.pid].append(one.offset)
    later = list(coming)
    while any(waiting.values()) or busy:
        step = random.choice(["add", "take", "done"])
        if step == "add" and later:
            queues.add(later.pop(0))
        elif step == "take":
            limit = random.randint(1, 3)
            taken = queues.take(lambda _, limit=limit: limit)  # type: ignore[misc]
            people = [one.delivery.pid for one in taken]
            assert len(taken) <= limit
            assert len(set(people)) == len(people)
            assert len({one.delivery.action for one in taken}) <= 1
            assert busy.isdisjoint(people), "one instruction of a person at a time"
            for one in taken:
                assert waiting[one.delivery.pid].pop(0) == one.offset
            busy.update(people)
        elif step == "done" and busy:
            pid = random.choice(sorted(busy))
            busy.remove(pid)
            queues.done(pid)
        if not later and not busy and any(waiting.values()):
            assert queues._ready[0] or queues._ready[1], "nobody is forgotten"
