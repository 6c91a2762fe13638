"""Whose instruction is next."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

from contract_support import a_few
from delivering_support import job
from hypothesis import given
from hypothesis import strategies as st

from processors.delivering.job import Now
from processors.delivering.lines import Lines
from processors.delivering.ready import Company

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.delivering.job import Job
    from schemas.records import Action


def alone(_: Action) -> Company:
    return Company()


def add(lines: Lines, one: Job) -> None:
    lines.of(one.pid).jobs.append(one)
    lines.place(one.pid)


def filled(*jobs: Job) -> Lines:
    lines = Lines()
    for one in jobs:
        add(lines, one)
    return lines


def taken(lines: Lines, most: int = 1) -> list[int]:
    return offsets(lines.take(0.0, lambda _: Company(most)))


def offsets(jobs: Iterable[Job]) -> list[int]:
    return [one.offset for one in jobs]


def done(lines: Lines, pid: str = "p1.ana") -> None:
    line = lines.of(pid)
    assert line.calling
    line.jobs.remove(line.calling)
    line.calling = None
    lines.place(pid)


def test_a_persons_instructions_follow_one_another() -> None:
    lines = filled(job(1), job(2))
    assert taken(lines) == [1]
    assert taken(lines) == [], "the first is in the air"
    add(lines, job(3))
    assert taken(lines) == []
    done(lines)
    assert taken(lines) == [2]
    done(lines)
    assert taken(lines) == [3]
    done(lines)
    assert taken(lines) == []


def test_what_is_not_committed_holds_the_next_one_back() -> None:
    lines = filled(job(1))
    lines.of("p1.ana").uncommitted = 1
    lines.place("p1.ana")
    assert not lines.has_ready
    lines.of("p1.ana").uncommitted = 0
    lines.place("p1.ana")
    assert taken(lines) == [1]


def test_other_people_do_not_wait() -> None:
    lines = filled(job(1), job(2), job(3, pid="p1.ben"))
    assert [taken(lines), taken(lines)] == [[1], [3]]


def test_what_protects_goes_before_grants_across_people() -> None:
    lines = filled(
        job(1, "grant"), job(2, "grant", "p1.ben"), job(3, "withdraw", "p1.eva"), job(4, "delete", "p1.kim")
    )
    assert [taken(lines) for _ in range(4)] == [[3], [4], [1], [2]]


def test_a_grant_that_stands_before_its_persons_withdrawal_goes_first_with_it() -> None:
    lines = filled(job(1, "grant", "p1.ben"), job(2, "grant"), job(3, "withdraw"))
    assert taken(lines) == [2], "else the withdrawal would wait for other people's grants"
    done(lines)
    assert [taken(lines), taken(lines)] == [[3], [1]]


def test_a_batch_is_of_one_action_and_of_different_people() -> None:
    lines = filled(
        job(1), job(2), job(3, "delete", "p1.ben"), job(4, "withdraw", "p1.eva"), job(5, "withdraw", "p1.kim")
    )
    assert taken(lines, 2) == [1, 4]
    assert taken(lines, 10) == [3]
    assert taken(lines, 10) == [5]
    assert taken(lines, 10) == []


def test_who_waits_is_ready_in_time_and_not_before() -> None:
    one = job(1)
    lines = filled(one)
    lines.wait(one, 10.0)
    assert (lines.has_ready, lines.wakes_at(0.0, alone)) == (False, 10.0)
    lines.wait(one, 20.0)  # put off
    lines.wake(Now(0, 10.0))
    assert (lines.has_ready, lines.wakes_at(10.0, alone)) == (False, 20.0)
    lines.wake(Now(0, 20.0))
    assert taken(lines) == [1]
    assert lines.wakes_at(20.0, alone) is None


def test_people_who_are_done_leave_nothing_behind() -> None:
    lines = filled(job(1), job(2, pid="p1.ben"))
    taken(lines, 2)
    done(lines)
    done(lines, "p1.ben")
    assert len(lines) == 0


ACTIONS = st.sampled_from(["grant", "withdraw", "delete"])
PEOPLE = st.sampled_from(["p1.ana", "p1.ben", "p1.eva"])


@given(st.lists(st.tuples(ACTIONS, PEOPLE), max_size=12), st.integers(0, 2**32))
@a_few
def test_whatever_comes_in_is_done_once_and_in_each_persons_order(
    arriving: list[tuple[Action, str]], seed: int
) -> None:
    random = Random(seed)
    lines, busy = Lines(), set[str]()
    later = [job(offset, action, pid) for offset, (action, pid) in enumerate(arriving)]
    waiting: dict[str, list[int]] = defaultdict(list)
    for one in later:
        waiting[one.pid].append(one.offset)
    while any(waiting.values()) or busy:
        step = random.choice(["add", "take", "done"])
        if step == "add" and later:
            add(lines, later.pop(0))
        elif step == "take" and lines.has_ready:
            limit = random.randint(1, 3)
            jobs = lines.take(0.0, lambda _, limit=limit: Company(limit))  # type: ignore[misc]
            people = [one.pid for one in jobs]
            assert 0 < len(jobs) <= limit
            assert len(set(people)) == len(people)
            assert len({one.action for one in jobs}) == 1
            assert busy.isdisjoint(people), "one instruction of a person at a time"
            for one in jobs:
                assert waiting[one.pid].pop(0) == one.offset
            busy.update(people)
        elif step == "done" and busy:
            pid = random.choice(sorted(busy))
            busy.remove(pid)
            done(lines, pid)
        if not later and not busy and any(waiting.values()):
            assert lines.has_ready, "nobody is forgotten"
