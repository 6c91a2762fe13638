"""What a checker says: one difference between what was due and what is there."""

from __future__ import annotations

from dataclasses import dataclass

RULES = {
    "lost": "What the broker has acknowledged stands in consent.events, as it was sent.",
    "verdict": "Every record has exactly one verdict in the audit, and it is the right one.",
    "due": "What is due is planned, for the right person and scope; nothing else is, and nothing twice.",
    "ending": "Every planned delivery has exactly one final outcome in each cycle, or an open one where that may be.",
    "waiting": "What stays open where a vendor is dead is in its lane's hands: kept, or not settled in its topic.",
    "superseded": "An instruction is superseded only as far as something newer of that person and lane decides anew.",
    "order": "A vendor hears of a person in the order of the plan; only a call whose outcome was lost is repeated.",
    "state": "What a connection holds of a person at the end is what the person last chose.",
    "rung": "What is said to be done was done: the vendor accepted a call for it; no_match only if it knows nobody.",
    "request": "Each accepted event that asks something is a request: open while a leg of it is, closed once, else.",
    "leak": "No identity of anybody stands anywhere but in consent.events.",
    "quota": "No connection is called more often in any window than is allowed.",
    "zombie": "Who was frozen and replaced writes no second ending.",
    "farewell": "A worker that is asked to end hands over and ends by itself, with exit code 0.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`where`: a connection, topic or file; `who`: pid of the person, if it is about one; it names nobody."""

    rule: str
    where: str
    who: str | None
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.who})" if self.who else "")
