"""What stands for frozen dataclasses where they are made by the thousand."""

from __future__ import annotations

from dataclasses import field, replace

import pytest

from schemas.values import value


@value
class Point:
    x: int
    tags: dict[str, str] = field(default_factory=dict, hash=False, repr=False)


def test_it_is_equal_by_its_fields_can_be_a_key_and_is_changed_by_replacing_it() -> None:
    one = Point(1, {"a": "b"})
    assert one == Point(1, {"a": "b"})
    assert {one: "found"}[Point(1, {"a": "b"})] == "found"
    assert replace(one, x=2) == Point(2, {"a": "b"})
    assert repr(one) == "Point(x=1)"
    assert Point(1).tags is not Point(1).tags


def test_it_takes_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Point(1).other = 1  # type: ignore[attr-defined]


def test_the_type_checker_sees_that_a_field_is_set() -> None:
    one = Point(1)
    one.x = 2  # type: ignore[misc]  # mypy fails if there is nothing to ignore: at run time nobody does
    assert one.x == 2
