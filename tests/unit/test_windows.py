from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.windows import Window


@pytest.mark.parametrize(
    ("window", "says"),
    [
        (Window(calls=500, seconds=300, lock_s=1800, apis=("a", "b")), "500 in 5 min, then locked for 30 min (a, b)"),
        (Window(calls=1, seconds=1), "1 in 1 s"),
        (Window(calls=3, seconds=1.5), "3 in 1.5 s"),
        (Window(calls=9, seconds=86_400, together=True), "9 in 1 d, all APIs together"),
        (Window(calls=110_000, seconds=31 * 86_400), "110000 in 31 d"),
        (Window(calls=7, seconds=7200), "7 in 2 h"),
    ],
)
def test_a_window_is_told_in_words(window: Window, says: str) -> None:
    assert str(window) == says


def test_scaling_changes_the_calls_alone_and_never_closes_a_window() -> None:
    window = Window(calls=500, seconds=300, lock_s=1800)
    assert window.scaled(0.5) == Window(calls=250, seconds=300, lock_s=1800)
    assert window.scaled(0.0001).calls == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls": 0}, {"calls": 1.5}, {"seconds": 0}, {"seconds": float("nan")}, {"seconds": float("inf")},
        {"lock_s": -1}, {"apis": "a"}, {"per": 1},
    ],
)  # fmt: skip
def test_what_makes_no_window_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Window.model_validate({"calls": 1, "seconds": 1, **wrong})
