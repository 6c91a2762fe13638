"""HubSpot: how a choice ends of which a part is in mail, and a part perhaps in its code on the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from processors.vendors.base import Result

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from processors.vendors.hubspot.options import HubspotOptions
    from schemas.records import Evidence

BANNER = "cookie_banner"
ALSO_BANNER = "tracking_by_cookie_banner"
"""Mail is done; what HubSpot's code on the site does is for the banner, and was not done by us."""


def done(
    outcome: Literal["executed", "verified"], instruction: Instruction, options: HubspotOptions, evidence: Evidence
) -> Result:
    """A success in mail, which says so if that isn't all."""
    return Result(outcome, ALSO_BANNER if options.is_signalled(instruction) else None, evidence)


def without_mail(instruction: Instruction, options: HubspotOptions) -> Result:
    """There is nothing to call HubSpot for."""
    if options.is_signalled(instruction):
        return Result("client_signal", BANNER)
    return Result("not_applicable", "channel")
