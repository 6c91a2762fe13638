"""Whether a wish reached everyone, in a sentence or two: the same for the page, data and what is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.reporting.model import Verdict
from processors.reporting.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.reporting.model import LegReport
    from processors.reporting.words import Standing

_TOLD = {
    "failed": "Failed", "open": "Open", "accepted": "Only accepted, not confirmed", "named": "Not done as asked",
    "replaced": "Replaced by a newer instruction",
    "by_signal": "Told only by the site's own signal, to which nobody answers",
    "delegated": "Not told, as the person deals with them directly",
}  # fmt: skip
_UNANSWERED = frozenset({"by_signal", "delegated"})
_UNASKED = (
    "Whoever brought it in said that the vendors knew it already: so nobody was asked when it came in, and nothing "
    "here shows that they did."
)
_WORST: tuple[Standing, ...] = ("named", "unasked", "accepted")


def verdict_of(legs: Sequence[LegReport], summary: str) -> Verdict:
    """Never that it is done where something isn't, nor that somebody did it who was not asked or doesn't answer."""
    by: dict[str, list[LegReport]] = {}
    for leg in legs:
        by.setdefault(_group(leg), []).append(leg)
    told = [f"{word}: {_names(by[key])}." for key, word in _TOLD.items() if key in by]
    if "unasked" in by:
        told.append(_UNASKED)
    standings = {leg.standing for leg in legs}
    if "open" in standings:
        return Verdict("open", " ".join((f"Not finished: {summary}.", *told)))
    if "failed" in standings:
        return Verdict("failed", " ".join(("Ended, and it did not reach everyone.", *told)))
    if standings == {"unasked"}:
        return Verdict("unasked", _UNASKED)
    if worst := next((one for one in _WORST if one in standings), None):
        return Verdict(worst, " ".join((f"Ended: {summary}.", *told)))
    return Verdict("done", " ".join((_done(legs, by), *told)))


def _group(leg: LegReport) -> str:
    if leg.result == "superseded":
        return "replaced"
    return leg.result if leg.standing == "done" and leg.result in _UNANSWERED else leg.standing


def _done(legs: Sequence[LegReport], by: Iterable[str]) -> str:
    """Of legs that are all done: whether those did it who had to."""
    if not legs:
        return "Nothing was due because of it."
    acted = [leg for leg in legs if leg.result not in _UNANSWERED and leg.result != "not_applicable"]
    if _UNANSWERED.isdisjoint(by):
        return "Yes: everyone who was due has done what was asked." if acted else "Nothing was asked of anybody."
    return "Whoever answers to it has done what was asked." if acted else "Ended."


def _names(legs: Iterable[LegReport]) -> str:
    return ", ".join(_name(leg) for leg in legs)


def _name(leg: LegReport) -> str:
    """With why, where that says more than the heading that it stands under."""
    why = leg.reason if leg.standing != "open" else leg.task or leg.outcome
    who = leg.name or leg.recipient or "the company itself"
    return f"{who} ({plain(why)})" if why and leg.result != "superseded" else who
