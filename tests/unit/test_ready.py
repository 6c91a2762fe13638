"""Who goes now, and who waits for company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.delivering.ready import Company, Kind, Ready

if TYPE_CHECKING:
    from schemas.records import Action

DELETE, WITHDRAW, GRANT = (
    Kind(grants_only=False, action="delete"),
    Kind(grants_only=False, action="withdraw"),
    Kind(grants_only=True, action="grant"),
)


def companies(action: Action) -> Company:
    """Three deletions share a call, and wait 10 s for one another."""
    return Company(3, 10.0) if action == "delete" else Company()


def ready(now: float = 0.0, **people: Kind) -> Ready:
    made = Ready()
    for pid, kind in people.items():
        made.put(pid, kind)
    made.look(now)
    return made


def test_a_call_for_one_person_waits_for_nobody() -> None:
    made = ready(ana=WITHDRAW, ben=WITHDRAW)
    assert made.wakes_at(0.0, companies) is None
    assert [made.take(0.0, companies), made.take(0.0, companies), made.take(0.0, companies)] == [["ana"], ["ben"], []]


def test_one_waits_for_others_and_goes_with_those_who_came_in_time() -> None:
    made = ready(5.0, ana=DELETE)
    assert (made.take(5.0, companies), made.wakes_at(5.0, companies)) == ([], 15.0)
    made.put("ben", DELETE)
    made.look(14.0)
    assert (made.take(14.0, companies), made.wakes_at(14.0, companies)) == ([], 15.0)
    assert made.take(15.0, companies) == ["ana", "ben"]
    assert (len(made), made.wakes_at(15.0, companies)) == (0, None)


def test_a_complete_company_goes_at_once_and_who_is_left_waits_from_his_own_beginning() -> None:
    made = ready(ana=DELETE, ben=DELETE)
    made.look(3.0)
    made.put("eva", DELETE)
    made.put("kim", DELETE)
    made.look(4.0)
    assert made.take(4.0, companies) == ["ana", "ben", "eva"]
    assert (made.take(4.0, companies), made.wakes_at(4.0, companies)) == ([], 14.0)


def test_while_some_wait_for_company_others_go() -> None:
    made = ready(ana=DELETE, ben=GRANT)
    assert [made.take(0.0, companies), made.take(0.0, companies)] == [["ben"], []]


def test_what_protects_goes_first_when_both_are_due() -> None:
    made = ready(ben=GRANT, ana=DELETE, eva=WITHDRAW)
    assert [made.take(10.0, companies) for _ in range(3)] == [["ana"], ["eva"], ["ben"]]


def test_who_is_tried_again_goes_before_who_has_been_ready_longer_but_behind_what_protects() -> None:
    made = ready(ana=WITHDRAW, ben=GRANT)
    made.put("eva", GRANT, again=True)
    made.put("kim", WITHDRAW, again=True)
    made.put("leo", DELETE._replace(most=1))
    made.look(0.0)
    assert [made.take(0.0, companies) for _ in range(6)] == [["kim"], ["ana"], ["leo"], ["eva"], ["ben"], []]


def test_who_is_tried_again_shares_a_call_with_others_and_keeps_nobody_waiting() -> None:
    made = ready(ana=DELETE)
    made.put("ben", DELETE, again=True)
    made.look(6.0)
    assert made.wakes_at(6.0, companies) == 10.0
    assert made.take(10.0, companies) == ["ben", "ana"]


def test_a_probe_is_one_person_who_waits_for_nobody() -> None:
    made = ready(ana=DELETE, ben=DELETE)
    assert made.probe() == ["ana"]
    made.put("eva", DELETE, again=True)
    made.put("kim", GRANT)
    assert [made.probe() for _ in range(4)] == [["ben"], ["eva"], ["kim"], []]


def test_those_who_may_only_have_so_much_company_go_at_once_and_apart_from_others() -> None:
    made = ready(ana=DELETE._replace(most=2), ben=DELETE, eva=DELETE._replace(most=2), kim=DELETE._replace(most=2))
    assert [made.take(0.0, companies) for _ in range(3)] == [["ana", "eva"], ["kim"], []]
    assert ready(ana=DELETE._replace(most=50), ben=DELETE._replace(most=50)).probe() == ["ana"]


def test_who_is_put_again_keeps_turn_and_waiting_time_unless_it_is_about_something_else() -> None:
    made = ready(ana=DELETE)
    made.put("ben", DELETE)
    made.put("ana", DELETE)
    made.look(6.0)
    assert made.wakes_at(6.0, companies) == 10.0
    assert made.take(10.0, companies) == ["ana", "ben"]
    made = ready(ana=DELETE, ben=DELETE)
    made.put("ana", WITHDRAW)
    made.put("ana", DELETE)
    made.look(7.0)
    assert made.take(10.0, companies) == ["ben", "ana"]


def test_somebody_who_was_not_looked_at_yet_begins_to_wait_now() -> None:
    made = ready()
    made.put("ana", DELETE)
    assert made.wakes_at(7.0, companies) == 17.0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "drop", "take"]),
        st.integers(0, 8),
        st.sampled_from([DELETE, DELETE, WITHDRAW, GRANT, DELETE._replace(most=2)]),
        st.sampled_from([0.0, 0.5, 3.0, 11.0]),
    ),
    max_size=40,
)


@given(STEPS, st.integers(1, 4), st.sampled_from([0.0, 2.0, 10.0]))
@settings(max_examples=200)
def test_nobody_waits_longer_than_he_may_and_no_call_is_too_large(
    steps: list[tuple[str, int, Kind, float]], size: int, wait_s: float
) -> None:
    def company(action: Action) -> Company:
        return Company(size, wait_s) if action == "delete" else Company()

    made, now, model = Ready(), 0.0, dict[str, tuple[Kind, float]]()
    for step, number, kind, seconds in steps:
        now += seconds
        pid = f"p1.{number}"
        if step == "put":
            made.put(pid, kind, again=bool(number % 3))
            if model.get(pid, (None, 0.0))[0] != kind:
                model.pop(pid, None)
                model[pid] = kind, now
        elif step == "drop":
            made.drop(pid)
            model.pop(pid, None)
        made.look(now)
        while step == "take" and (chosen := made.take(now, company)):
            kinds = {model[one][0] for one in chosen}
            assert len(kinds) == 1
            (of_all,) = kinds
            most = min(company(of_all.action).people, of_all.most or 99)
            waited = max(now - model.pop(one)[1] for one in chosen)
            assert len(chosen) == most or of_all.most or waited >= company(of_all.action).wait_s
            assert len(chosen) <= most
        if step == "take":
            assert all(k == DELETE and now - since < wait_s for k, since in model.values()), "somebody is late"
            assert made.wakes_at(now, company) == min((since + wait_s for _, since in model.values()), default=None)
        assert len(made) == len(model)
