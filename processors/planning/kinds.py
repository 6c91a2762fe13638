"""What each kind of event asks, in words; `processors.plan` says how each way of asking is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from schemas.policy import Policy
    from schemas.policy.rows import Purpose
    from schemas.records import Action

Way = Literal["choose", "erase", "minor", "ask", "restrict", "place_hold", "lift_hold", "offer"]
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """way: how it is planned. action: what is asked of recipients.

    traits, bases: it reaches the purposes with one of them, the former whatever they rest on; neither: all that a
    choice can reach. of: words under which a policy's effects speak of it. mark: what it leaves beside the choices.
    task: what a person does at a recipient that can't be told otherwise; notice: what a law's notice is for.
    answered: the person is told what became of it. withdraws: of other purposes that it names it is a withdrawal.
    """

    way: Way
    action: Action | None = None
    traits: frozenset[str] = _NONE
    bases: frozenset[str] = _NONE
    of: frozenset[str] = _NONE
    mark: Literal["optout_sale", "optout_targeted_ads", "restriction"] | None = None
    task: str | None = None
    notice: str = "notify_third_parties"
    answered: bool = True
    withdraws: bool = False

    @property
    def picks(self) -> bool:
        """Whether it reaches only some purposes by itself, even if it names none."""
        return bool(self.traits or self.bases)

    def reaches(self, policy: Policy, purpose: Purpose, *, widely: bool) -> bool:
        """Whether what it asks can stop or start this purpose. widely: it was named, or said to rest on consent."""
        withdraws = not self.picks or (self.withdraws and (widely or _knows_no_interest(policy)))
        return self.is_for(purpose) or (withdraws and purpose.id in policy.withdrawable)

    def is_for(self, purpose: Purpose) -> bool:
        """Whether it is for such purposes above all."""
        if self.traits.intersection(purpose.traits):
            return True
        return not purpose.survives and bool(self.bases.intersection(purpose.bases))


def _knows_no_interest(policy: Policy) -> bool:
    """Where a policy lets people object and claims no legitimate interest, they object to what rests on consent."""
    right = policy.by_right.get("objection")
    return right is not None and right.offered and all(basis.id != "legitimate_interest" for basis in policy.bases)


SIGNAL = "signal"
"""How a browser's Sec-GPC is said to have come."""
_GATED = frozenset({"sale_or_share", "targeted_ads"})
KINDS: dict[str, Kind] = {
    "consent.granted": Kind("choose", "grant", answered=False),
    "consent.withdrawn": Kind("choose", "withdraw", of=frozenset({"consent"})),
    "consent.expired": Kind("choose", "withdraw", of=frozenset({"consent"}), answered=False),
    "authorisation.withdrawn": Kind(
        "choose",
        "withdraw",
        bases=frozenset({"employer_authorisation"}),
        of=frozenset({"employer_authorisation"}),
    ),
    "objection.raised": Kind(
        "choose",
        "withdraw",
        traits=frozenset({"direct_marketing"}),
        bases=frozenset({"legitimate_interest"}),
        of=frozenset({"legitimate_interest"}),
        withdraws=True,
    ),
    "optout.sale": Kind(
        "choose", "withdraw", traits=frozenset({"sale_or_share"}), mark="optout_sale", notice="show_honoured"
    ),
    "optout.targeted_ads": Kind(
        "choose",
        "withdraw",
        traits=frozenset({"targeted_ads"}),
        mark="optout_targeted_ads",
        notice="show_honoured",
    ),
    "deletion.requested": Kind("erase", "delete"),
    "contract.ended": Kind("erase", "delete", of=frozenset({"contract"})),
    "minor.identified": Kind("minor", "withdraw", traits=_GATED),
    "access.requested": Kind("ask", "collect", task="collect"),
    "correction.requested": Kind("ask", "correct", task="correct"),
    "restriction.requested": Kind("restrict", "restrict", mark="restriction", task="restrict"),
    "restriction.lifted": Kind(
        "restrict", "restrict", mark="restriction", task="lift_restriction", notice="tell_person", answered=False
    ),
    "hold.placed": Kind("place_hold", answered=False),
    "hold.lifted": Kind("lift_hold", "delete", answered=False),
    "deletion.offered": Kind("offer", answered=False),
}
"""Every kind of the contract; a test holds them equal."""
ERASING = frozenset(name for name, kind in KINDS.items() if kind.way in {"erase", "minor"})
SIGNALLED: dict[str, Kind] = {
    kind: Kind("choose", "withdraw", traits=_GATED, mark=KINDS[kind].mark, notice="show_honoured")
    for kind in ("optout.sale", "optout.targeted_ads")
}
"""What a browser's signal says is an opt-out of both."""


def kind_of(kind: str, *, signalled: bool) -> Kind:
    """What an event asks."""
    return SIGNALLED.get(kind, KINDS[kind]) if signalled else KINDS[kind]
