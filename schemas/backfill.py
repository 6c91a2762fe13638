"""How far a router partition has looked for what a new lane must be told: kept in the state, by lane."""

from __future__ import annotations

from schemas.kept import Kept
from schemas.records import Command
from schemas.times import Micros


class Tally(Kept, frozen=True):
    """How often a word has come up."""

    word: str
    number: int


class Backfill(Kept, frozen=True, kw_only=True):
    """command: who wants it, and why; `given`: its offset. offset: of the next audit record to look at.

    end: up to there; what is planned from there on knows the lane. None: not known yet. counts: what was found.
    """

    command: Command
    given: int
    offset: int
    end: int | None = None
    counts: tuple[Tally, ...]
    done: bool
    at: Micros
