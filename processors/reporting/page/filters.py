"""How the page says moments, words and deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from processors.reporting.words import plain, speaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from processors.reporting.model import Deadline


def due(deadline: Deadline) -> str:
    """As in `due 2026-03-16, met on 2026-03-02`."""
    if deadline.met_on is None:
        return f"due {deadline.due_on}, {_UNMET[deadline.met]}"
    return f"due {deadline.due_on}, {deadline.met} on {deadline.met_on}"


_UNMET = {"running": "still running", "overdue": "overdue", "not_done": "not done", "replaced": "replaced"}


def shown(evidence: dict[str, Any]) -> str:
    """What shows a step, in one line."""
    days = evidence.get("vendor_limit_s", 0) // _DAY_S
    rest = {name: value for name, value in evidence.items() if name in _EVIDENCE}
    told = [f"{_EVIDENCE[name]} {value}".strip() for name, value in rest.items()]
    return "; ".join([*told, *([f"gone within {days} days by the vendor's own word"] if days else [])])


_DAY_S = 86_400
_EVIDENCE = {
    "status": "HTTP", "job_id": "job", "response_sha256": "answer's hash", "detail": "", "link": "proof",
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


FILTERS: dict[str, Callable[..., Any]] = {
    "due": due, "shown": shown, "speaker": speaker, "breakable": breakable,
    "moment": moment, "day": day, "plain": plain,
}  # fmt: skip
