"""The audit's words in plain ones, and how good the news is: for people who read a report and no documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from schemas.events import names_person

if TYPE_CHECKING:
    from schemas.request import RequestLeg

Standing = Literal["done", "accepted", "unasked", "named", "open", "failed"]
"""accepted: it is all that the recipient can say, so nobody knows whether it was done. unasked: nobody was asked, as
they are said to know. named: ended, but not by doing what was asked, so it is to be named; see `Result`."""
Result = Literal[
    "verified", "executed", "done_by_hand", "acknowledged_only", "nothing_held", "superseded",
    "retained", "not_applicable", "by_signal", "by_configuration", "product_gone", "delegated", "published",
    "cancelled", "failed", "told_before", "ended_otherwise", "open",
]  # fmt: skip

_RESULTS: dict[str, Result] = {
    "verified": "verified", "executed": "executed", "done": "done_by_hand", "accepted": "acknowledged_only",
    "no_match": "nothing_held", "superseded": "superseded", "retained": "retained",
    "not_applicable": "not_applicable", "client_signal": "by_signal", "config_evidence": "by_configuration",
    "terminated_product": "product_gone", "delegated_to": "delegated", "public": "published",
    "cancelled": "cancelled", "failed": "failed",
}  # fmt: skip

SAYS: dict[Result, str] = {
    "verified": "Done, and read back: the recipient was asked again, and it stands",
    "executed": "Done: the recipient says it did it",
    "done_by_hand": "Done by a person, with proof",
    "acknowledged_only": "Accepted: the recipient says it will, and has no way to say that it did",
    "nothing_held": "The recipient knows nobody of that name",
    "superseded": "A newer instruction of the person took its place",
    "retained": "Kept, for the reason given: not everything was done",
    "not_applicable": "Nothing is asked of this recipient",
    "told_before": "Not asked: the vendors are said to have known it already, and nothing here shows it",
    "by_signal": "Told by the site's own signal; nobody answers to it",
    "by_configuration": "Done by configuration, which is the evidence",
    "product_gone": "The product is gone; nobody can be told",
    "delegated": "The person deals with this recipient directly",
    "published": "It was published: what others have copied can't be called back",
    "cancelled": "Cancelled by an operator",
    "failed": "Not done",
    "ended_otherwise": "Ended in a way that this release has no word for",
    "open": "Not finished",
}
_WAITS = {
    None: "planned, nothing was heard yet",
    "attempted": "the call is being made",
    "accepted": "accepted; the recipient will be asked whether it is done",
    "parked": "it failed for the moment, and is tried again",
    "held": "held back for an operator to look at",
    "waiting": "waits for the end of the time in which it can be cancelled",
    "dry_run": "only rehearsed: the connection is not live",
    "released": "released, and on its way",
    "manual_task": "a person has to do it at the recipient",
    "unbound_recipient": "no connection to this recipient: a person has to tell them",
}
TOLD_BEFORE = ("not_applicable", "vendors_told")
"""The end of the one leg of an opt-out that vendors are said to know."""
HIDDEN = "[left out: it names a person]"


def result_of(leg: RequestLeg) -> Result:
    """How a leg ended; open: it hasn't."""
    if (leg.outcome, leg.reason) == TOLD_BEFORE:
        return "told_before"
    return _RESULTS.get(leg.outcome or "", "ended_otherwise") if leg.final else "open"


def standing_of(result: Result, *, exception: bool) -> Standing:
    """exception: see `closing.words.is_exception`. What a newer instruction replaced was not done itself."""
    if result in {"open", "failed"}:
        return "failed" if result == "failed" else "open"
    if result == "told_before":
        return "unasked"
    if result == "acknowledged_only" and not exception:
        return "accepted"
    return "named" if exception or result == "superseded" else "done"


def says(result: Result, leg: RequestLeg) -> str:
    """The result in a sentence; of an open leg, what it waits for."""
    if result != "open":
        return SAYS[result]
    by_hand = leg.kind == "task" and leg.outcome in {None, "manual_task"}
    waits = "a person has to do it" if by_hand else _WAITS.get(leg.outcome, leg.outcome)
    return f"{SAYS[result]}: {waits}"


def plain(text: str) -> str:
    """A word of the audit without its underscores."""
    return text.replace("_", " ")


def discreet(text: str | None) -> str | None:
    """What somebody wrote by hand, unless it names a person: a report leaves the house."""
    return HIDDEN if text is not None and names_person(text) else text


def speaker(relation: str) -> str:
    """Who spoke, by their relation to the person."""
    if relation == "vendor":
        return "the vendor at whom the person chose it"
    return "the person" if relation == "self" else f"the person's {plain(relation)}"
