"""Records made without checks: like any others in whatever is done with records."""

from __future__ import annotations

import copy
import pickle

import pytest

from schemas.contract import Contract, Origin, maker

VALUES = {"topic": "consent.events", "partition": 3, "offset": 7}
CHECKED = Origin(**VALUES)


@pytest.fixture
def made() -> Origin:
    return maker(Origin)(dict(VALUES))


def test_it_equals_the_checked_one_and_counts_as_it_in_a_set(made: Origin) -> None:
    assert made == CHECKED
    assert Origin(**VALUES) == made
    assert made != Origin(**{**VALUES, "offset": 8})
    assert {made} == {CHECKED}


def test_it_is_copied_changed_and_carried_to_another_process(made: Origin) -> None:
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == CHECKED  # noqa: S301 - our own
    assert made.model_copy(update={"offset": 8}) == Origin(**{**VALUES, "offset": 8})


def test_it_is_written_in_full(made: Origin) -> None:
    assert made.model_fields_set == set(VALUES)
    assert made.model_dump(exclude_unset=True) == VALUES
    assert made.model_dump_json() == CHECKED.model_dump_json()
    assert (repr(made), str(made)) == (repr(CHECKED), "consent.events[3]@7")
    assert (made.model_extra, made.__pydantic_private__) == (None, None)


def test_it_holds_no_more_than_its_values(made: Origin) -> None:
    assert vars(made) == VALUES
    with pytest.raises(AttributeError, match="no attribute 'lane'"):
        made.lane  # type: ignore[attr-defined]  # noqa: B018 - asked for, and not there
    with pytest.raises(Exception, match="frozen"):
        made.offset = 8  # type: ignore[misc]


def test_one_record_in_another() -> None:
    class Outer(Contract):
        origin: Origin

    inner = maker(Origin)(dict(VALUES))
    assert maker(Outer)({"origin": inner}) == Outer(origin=CHECKED) == Outer(origin=inner)
