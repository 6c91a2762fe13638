"""What the law says about time, as data that a lawyer can review (`deadlines/*.toml`): no number of it is in code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.law.reading import read_law

if TYPE_CHECKING:
    from schemas.law.model import Law

DIRECTORY = Path(__file__).parent / "deadlines"
HOUSE = "house"
"""The regime of our own targets, for what no law speaks of."""


@cache
def law() -> Law:
    """The law as this release knows it.

    Raises:
        DeadlineError: a file breaks a rule.

    """
    return read_law(DIRECTORY)
