"""For vendors whose search lags: whom it doesn't find is looked up once more before that is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Note, Result
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from processors.vendors.base import Instruction, Reply, Script, Step

LOOKED = "looked"
"""Noted instead of records after a first look that found none."""


def not_found_yet(lag_s: float) -> VendorUnavailable:
    return VendorUnavailable("not_found_yet", retry_after=lag_s, lane_wide=False)


def look_again(instruction: Instruction, lag_s: float) -> Generator[Step, None, None]:
    """End here if this was the first look. `lag_s`: how long the search may lag, s; 0: one look is enough.

    Raises:
        VendorUnavailable: `not_found_yet`, with the wait.

    """
    if lag_s and not instruction.refs:
        yield Note(instruction.delivery_id, (LOOKED,))
        raise not_found_yet(lag_s)


def unknown(instruction: Instruction, lag_s: float, shown: Reply) -> Script:
    """`no_match`, if this wasn't the first look. `shown`: the answer that finds nobody; else as `look_again`."""
    yield from look_again(instruction, lag_s)
    return Result("no_match", evidence=shown.evidence())


def noted(instruction: Instruction) -> set[str]:
    """The records that an earlier try noted before it acted."""
    return set(instruction.refs) - {LOOKED}


def seen(what: str, acted_on: int, due: int) -> str:
    """For the evidence: how many were acted on now, and how many of those due only an earlier try has seen."""
    rest = due - acted_on
    return f"{what}={acted_on}" + (f", not_found_again={rest}" if rest else "")


def noted_first(
    instruction: Instruction, found: Iterable[str], kept: Collection[str] = ()
) -> Generator[Step, None, list[str]]:
    """The records that were found now and those that an earlier try noted; what is new is noted before the act.

    Once deleted a record is unknown like one that never was: a second try must know better. kept: those that may not
    be acted on as things stand now, whatever an earlier try noted.
    """
    known = noted(instruction) - set(kept)
    records = sorted({*known, *found})
    if set(records) != known:
        yield Note(instruction.delivery_id, tuple(records))
    return records
