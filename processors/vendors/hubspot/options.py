"""What a connection to HubSpot is told, and what that makes of an instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from processors.vendors.base import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from processors.vendors.base import Instruction

LegalBasis = Literal[
    "LEGITIMATE_INTEREST_PQL", "LEGITIMATE_INTEREST_CLIENT", "LEGITIMATE_INTEREST_OTHER", "PERFORMANCE_OF_CONTRACT",
    "CONSENT_WITH_NOTICE", "NON_GDPR", "PROCESS_AND_STORE",
]  # fmt: skip


class HubspotOptions(Options):
    """`subscriptions`: purpose → number of the subscription type that stands for it.

    tracking: purposes for which HubSpot's code on the site is told by the site's own consent banner.
    legal_basis, explanation: what HubSpot is told with a grant.
    search_lag_s: whom the search doesn't find is looked up again after so many s; 0: one look is enough.
    """

    subscriptions: dict[str, int] = Field(min_length=1)
    tracking: tuple[str, ...] = ()
    legal_basis: LegalBasis = "CONSENT_WITH_NOTICE"
    explanation: str = "the person's consent, recorded by the controller and passed on by consent-relay"
    search_lag_s: float = Field(default=10.0, ge=0, le=25)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.subscriptions.items()}

    @property
    def basis(self) -> dict[str, str]:
        return {"legalBasis": self.legal_basis, "legalBasisExplanation": self.explanation}

    def mailed(self, instruction: Instruction) -> list[str]:
        """The purposes that it is about in mail; one that is tracked and has a subscription, too, is both."""
        about = {purpose for purpose, channel in instruction.cells if channel == "email"}
        return sorted(about - (set(self.tracking) - set(self.subscriptions)))

    def is_signalled(self, instruction: Instruction) -> bool:
        """Whether a part of it is for the site's banner, as no call of ours reaches the tracking code."""
        return not instruction.cells.isdisjoint((purpose, "web") for purpose in self.tracking)

    def numbers(self, purposes: Iterable[str]) -> list[int]:
        return [self.subscriptions[purpose] for purpose in purposes if purpose in self.subscriptions]
