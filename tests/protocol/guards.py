"""What keeps the protocol's promises: each guard of the specification, and a promise that breaks without it."""

from __future__ import annotations

from dataclasses import replace

from tlc import ENDS_WELL, Model

_PEOPLE = {"settled above the bookmark": "TwoPeople"}
"""Where one person's instructions are not enough to see it."""
BREAKS = {
    "init before restore": "OneOutcome",
    "one transaction": "OneOutcome",
    "settled above the bookmark": "OneOutcome",
    "bookmark stops at open work": "NothingLost",
    "tombstone in the transaction": "NothingLost",
    "fencing": "NothingOfTheOldOwner",
    "records wait for the takeover": "NothingUndone",
    "next after commit": "NothingUndone",
    "wait at takeover": "NothingUndone",
    "clean mark taken back": "NothingUndone",
    "clean mark only when answered": "NothingUndone",
    "lease": "NothingUndone",
    "confirm before takeover": ENDS_WELL,
    "takeover after errors": ENDS_WELL,
}
"""Guard → promise."""
SPARE = "confirm after takeover"
"""Nothing breaks without it, as there is the lease, too."""


def without(guard: str) -> Model:
    """The smallest model in which the promise is broken: one fault."""
    return replace(Model(), mutant=guard, log=_PEOPLE.get(guard, "OnePerson"), holds=(BREAKS[guard],))
