"""What each kind of event asks, as far as connections may hear of it; which purposes it reaches, the rows say.

No kind is looked at by a person first because there is no right to it: the policy of the runs, or its laws, give all.
"""

from __future__ import annotations

from dataclasses import dataclass

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """way: what is done about it, see ways.py. action: what a choice tells connections.

    traits, bases: it reaches the purposes with one of them, the former whatever they rest on; neither: all that a
    choice can stop. protects: no bad clock may lose it, and it makes a request. withdraws: where it
    names purposes, it reaches as many of them as a withdrawal.
    """

    way: str
    action: str = "withdraw"
    traits: frozenset[str] = _NONE
    bases: frozenset[str] = _NONE
    protects: bool = True
    withdraws: bool = False

    @property
    def picks(self) -> bool:
        return bool(self.traits or self.bases)


KINDS = {
    "consent.granted": Kind("choose", "grant", protects=False),
    "consent.withdrawn": Kind("choose"),
    "consent.expired": Kind("choose"),
    "authorisation.withdrawn": Kind("choose", bases=frozenset({"employer_authorisation"})),
    "objection.raised": Kind(
        "choose",
        traits=frozenset({"direct_marketing"}),
        bases=frozenset({"legitimate_interest"}),
        withdraws=True,
    ),
    "optout.sale": Kind("choose", traits=frozenset({"sale_or_share"})),
    "optout.targeted_ads": Kind("choose", traits=frozenset({"targeted_ads"})),
    "deletion.requested": Kind("erase"),
    "minor.identified": Kind("minor"),
    "contract.ended": Kind("people"),  # each use is looked at, and erased by an order of its own
    "access.requested": Kind("people"),
    "correction.requested": Kind("people"),
    "deletion.offered": Kind("people", protects=False),
    "restriction.requested": Kind("restrict"),
    "restriction.lifted": Kind("free", protects=False),
    "hold.placed": Kind("hold", protects=False),
    "hold.lifted": Kind("let_go", protects=False),
}
