"""A worker that was asked to end has handed over and ended by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case


def farewell(case: Case) -> Iterator[Finding]:
    """Another exit code than 0: it crashed, or its handover was stuck, or it had to be killed."""
    for end in case.run.lines("farewells.jsonl"):
        if end["code"]:
            yield Finding("farewell", end["whom"], None, f"was asked to end, and its exit code is {end['code']}")
