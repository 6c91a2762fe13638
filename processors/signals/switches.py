"""Which switches of a site's tags stand on `granted` for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.bars import bars
from processors.planning.choices import Standing
from schemas.systems import systems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.policy import Policy
    from schemas.state import SubjectState

ADS = frozenset({"ad_storage", "ad_user_data", "ad_personalization", "adsense", "facebook", "reddit"})
"""What Global Privacy Control refuses, whatever was granted before: the sale and sharing of data for advertising.

Source: https://www.w3.org/TR/gpc/, section 3.2 (the `Sec-GPC` header).
"""


def switches(
    state: SubjectState | None, policy: Policy, serves: Iterable[str], *, gpc: bool = False
) -> Mapping[str, bool]:
    """Signal → whether it is granted; every signal of the recipients in `serves`, in a fixed order.

    A switch is one for all that its tag does, so it is on only where each purpose that reaches any of its
    recipients, and that a person can choose, is granted: on the web, and for advertising on the channel `ads` as
    well. What nobody granted is denied, on whatever basis the policy rests it: storing on a device needs a consent
    of its own (Directive 2002/58/EC, Art. 5(3)).

    state: None: nobody is known under that name. gpc: the browser says `Sec-GPC: 1`.
    """
    named = systems().signals
    behind: dict[str, set[str]] = {}
    for recipient in serves:
        for signal in named[recipient]:
            behind.setdefault(signal, set()).update(policy.carried(recipient, "pii"))
    standing = Standing.of(policy, state.choices, bars(policy, state.marks)) if state else Standing(policy, {})
    return {
        signal: not (gpc and signal in ADS) and _is_granted(standing, behind[signal] & policy.withdrawable, signal)
        for signal in sorted(behind)
    }


def _is_granted(standing: Standing, purposes: Iterable[str], signal: str) -> bool:
    channels = ("web", "ads") if signal in ADS else ("web",)
    found = [standing.granted(purpose, channel) for purpose in purposes for channel in channels]
    return bool(found) and all(found)
