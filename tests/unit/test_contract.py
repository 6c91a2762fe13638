"""Records made without checks: like any others in whatever is done with records."""

from __future__ import annotations

import copy
import pickle

import pytest

from schemas.contract import Contract, PolicyRef, maker

VALUES = {"id": "acme", "version": "2026-01-01", "sha256": "ab", "text_sha256": "cd"}
CHECKED = PolicyRef(**VALUES)


@pytest.fixture
def made() -> PolicyRef:
    return maker(PolicyRef)(dict(VALUES))


def test_it_equals_the_checked_one_and_counts_as_it_in_a_set(made: PolicyRef) -> None:
    assert made == CHECKED
    assert PolicyRef(**VALUES) == made
    assert made != PolicyRef(**{**VALUES, "id": "b"})
    assert {made} == {CHECKED}


def test_it_is_copied_changed_and_carried_to_another_process(made: PolicyRef) -> None:
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == CHECKED  # noqa: S301 - our own
    assert made.model_copy(update={"id": "b"}) == PolicyRef(**{**VALUES, "id": "b"})


def test_it_is_written_in_full(made: PolicyRef) -> None:
    assert made.model_fields_set == set(VALUES)
    assert made.model_dump(exclude_unset=True) == VALUES
    assert made.model_dump_json() == CHECKED.model_dump_json()
    assert repr(made) == repr(CHECKED)
    assert (made.model_extra, made.__pydantic_private__) == (None, None)


def test_it_holds_no_more_than_its_values(made: PolicyRef) -> None:
    assert vars(made) == VALUES
    with pytest.raises(AttributeError, match="no attribute 'lane'"):
        made.lane  # type: ignore[attr-defined]  # noqa: B018 - asked for, and not there
    with pytest.raises(Exception, match="frozen"):
        made.id = "b"  # type: ignore[misc]


def test_one_record_in_another() -> None:
    class Outer(Contract):
        policy: PolicyRef

    inner = maker(PolicyRef)(dict(VALUES))
    assert maker(Outer)({"policy": inner}) == Outer(policy=CHECKED) == Outer(policy=inner)
