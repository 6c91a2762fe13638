"""How the page says moments, words, deadlines, and whether everyone was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from processors.reporting.words import speaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from processors.reporting.model import Deadline, LegReport, MatterReport
    from processors.reporting.words import Standing


class Verdict(NamedTuple):
    standing: Standing
    text: str


def verdict(matter: MatterReport) -> Verdict:
    """Whether everyone who was due has acted; never that it is done where something isn't."""
    if not matter.legs:
        return Verdict("done", "Nothing was due because of it.")
    by: dict[str, list[LegReport]] = {}
    for leg in matter.legs:
        by.setdefault("replaced" if leg.result == "superseded" else leg.standing, []).append(leg)
    told = [f"{word}: {_names(by[key])}." for key, word in _TOLD.items() if key in by]
    if "open" in by:
        return Verdict("open", " ".join((f"Not finished: {matter.summary}.", *told)))
    if "failed" in by:
        return Verdict("failed", " ".join(("Ended, and it did not reach everyone.", *told)))
    if told:
        standing: Standing = "named" if by.keys() & {"named", "replaced"} else "accepted"
        return Verdict(standing, " ".join((f"Ended: {matter.summary}.", *told)))
    return Verdict("done", "Yes: everyone who was due has done what was asked.")


_TOLD = {
    "failed": "Failed", "open": "Open", "accepted": "Only accepted, not confirmed", "named": "Not done as asked",
    "replaced": "Replaced by a newer instruction",
}  # fmt: skip


def _names(legs: Iterable[LegReport]) -> str:
    return ", ".join(_name(leg) for leg in legs)


def _name(leg: LegReport) -> str:
    """With why, where that says more than the heading that it stands under."""
    why = leg.reason if leg.standing != "open" else leg.task or leg.outcome
    who = leg.name or leg.recipient or "the company itself"
    return f"{who} ({plain(why)})" if why and leg.result != "superseded" else who


def due(deadline: Deadline) -> str:
    """As in `due 2026-03-16, met on 2026-03-02`."""
    if deadline.met_at is None:
        return f"due {deadline.due_on}, {_UNMET[deadline.met]}"
    return f"due {deadline.due_on}, {deadline.met} on {day(deadline.met_at)}"


_UNMET = {"running": "still running", "overdue": "overdue", "not_done": "not done", "replaced": "replaced"}


def shown(evidence: dict[str, Any]) -> str:
    """What shows a step, in one line."""
    days = evidence.get("vendor_limit_s", 0) // _DAY_S
    rest = {name: value for name, value in evidence.items() if name in _EVIDENCE}
    told = [f"{_EVIDENCE[name]} {value}".strip() for name, value in rest.items()]
    return "; ".join([*told, *([f"gone within {days} days by the vendor's own word"] if days else [])])


_DAY_S = 86_400
_EVIDENCE = {
    "status": "HTTP", "job_id": "job", "response_sha256": "answer's SHA-256", "detail": "", "link": "proof",
    "uri": "", "sha256": "SHA-256",
}  # fmt: skip


def breakable(text: str) -> Markup:
    """A long word that may be broken behind its points."""
    return Markup(".<wbr>").join(text.split("."))


def moment(text: str) -> str:
    """`2026-03-02T09:30:00.000Z` as people write it; UTC, to the second."""
    return text[:19].replace("T", " ")


def day(text: str) -> str:
    return text[:10]


def plain(text: str) -> str:
    """A word of the audit without its underscores."""
    return text.replace("_", " ")


FILTERS: dict[str, Callable[..., Any]] = {
    "verdict": verdict, "due": due, "shown": shown, "speaker": speaker, "breakable": breakable,
    "moment": moment, "day": day, "plain": plain,
}  # fmt: skip
