"""What is done at a system, and what proves it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.catalogue.words import ending, marks
from processors.planning.routes import UNBOUND
from schemas.windows import length

if TYPE_CHECKING:
    from processors.catalogue.covering import Covered
    from processors.vendors.capability import Capability
    from schemas.records import Leg

_TASKS = {
    "web_form": "a person fills in their form",
    "client_signal": "the site's own code has to be told; a person sees that it is",
}
_BY_HAND = "a person tells them"
_ENDS = {
    "terminated_product": "the product is no more",
    "public": "it is public: nobody can take it back",
    "delegated_to": "the policy only links there: the person asks them",
    "retained": "it is kept",
}
_REASONS = {"channel": "it has nothing that a choice switches", "region": "not for people of that place"}
_NOTHING = "`not_applicable`: the policy sends nothing there that this is about"
_UNSAID = "nothing is to be done"


def does(row: Covered, leg: Leg | None, *, after_review: bool = False) -> str:
    """What becomes of it there. after_review: once a person has looked at it."""
    if leg is None:
        return _NOTHING
    first = "a person looks at it first, as neither policy nor law gives a right to it; then " if after_review else ""
    return f"{first if leg.kind != 'none' else ''}{_done(row, leg)}"


def _done(row: Covered, leg: Leg) -> str:
    if can := _capability(row, leg):
        goes_on = f"; what rests on {_listed(leg.basis)} goes on" if leg.continues and leg.basis else ""
        return f"`{ending(can)}`: {can.says}{goes_on}"
    if leg.kind == "task":
        return f"`manual_task`: {_task(row, leg)}"
    if row.system and leg.outcome == row.system.outcome:
        return f"`{leg.outcome}`: {row.system.instructions}"
    why = _REASONS.get(leg.reason or "") or (f"it rests on {_listed(leg.basis)}" if leg.basis else leg.reason)
    return f"`{leg.outcome}`: {_ENDS.get(leg.outcome or '') or why or _UNSAID}"


def _listed(bases: str) -> str:
    return bases.replace("_", " ").replace(",", ", ")


def _task(row: Covered, leg: Leg) -> str:
    what = row.system.instructions if row.system else _TASKS.get(leg.task or "", _BY_HAND)
    if leg.outcome == UNBOUND:
        return f"{what} (`{UNBOUND}` in the plan, until a connection serves it)"
    return f"the vendor has no call for it: {what}" if leg.reason == "no_call_for_it" else what


def _capability(row: Covered, leg: Leg) -> Capability | None:
    if row.adapter is None or leg.kind != "delivery" or leg.action is None:
        return None
    return row.adapter.can[leg.action]


def proven(row: Covered) -> str:
    """What proves both."""
    first, second = (_proof(row, leg) for leg in (row.withdrawal, row.deletion))
    return first if first == second else f"withdrawal: {first}; deletion: {second}"


def _proof(row: Covered, leg: Leg | None) -> str:
    if row.system and leg is not None and (leg.kind == "task" or leg.outcome == row.system.outcome):
        return row.system.proof
    if leg is None or leg.kind == "none":
        return "the plan, with its reason"
    can = _capability(row, leg)
    if can is None or can.kind == "manual_task":
        return "what the person notes who did it"
    if can.kind == "client_signal":
        return "what the site was served"
    if can.kind == "not_applicable":
        return "the plan, with its reason"
    if can.read_back_s is not None:
        return f"reading back after {length(can.read_back_s)}"
    if can.polls is not None:
        return "the status of its job"
    return "its acceptance alone" if can.closing == "accepted" else "its answer"


def marked(row: Covered) -> str:
    """The marks of the sources of the adapter, or of what is known of a system without one."""
    if row.adapter is not None:
        return marks(row.adapter)
    return row.system.mark if row.system else "U"
