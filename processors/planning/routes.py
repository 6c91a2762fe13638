"""Which lanes carry what is due at the policy's recipients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.planning.ask import KEPT
from schemas.errors import PolicyError, SetupError
from schemas.policy import versions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from processors.lane import Lane
    from schemas.connections import RelayConfig
    from schemas.policy import Policy


@dataclass(frozen=True, slots=True)
class Route:
    """`recipient`: several joined by `+` where one lane serves them all. `lane` None: nobody connected it yet.

    duty: whose deadline it has, a processor's or a third party's. reach: how one gets there without a lane.
    """

    recipient: str
    lane: Lane | None
    purposes: tuple[str, ...]
    duty: str = "processor"
    reach: str = "api"
    is_retired: bool = False

    @property
    def end(self) -> str | None:
        """The outcome where nobody can do anything, whatever is asked."""
        return "terminated_product" if self.is_retired else _ENDS.get(self.reach)

    @property
    def is_by_hand(self) -> bool:
        """Whether it is a person's work; with a site's signal, to see that the site heeds it."""
        return self.reach in _BY_HAND

    @property
    def without_lane(self) -> str:
        """The outcome of a leg that no lane carries."""
        return self.end or ("manual_task" if self.is_by_hand else UNBOUND)


UNBOUND = "unbound_recipient"
"""The outcome of a leg whose recipient nobody has connected."""
_BY_HAND = frozenset({"web_form", "manual", "client_signal"})
_ENDS = {"public": "public", "link_out": "delegated_to"}
"""Ways to reach a recipient that end a leg at once, where no lane does more."""


def routes(
    policy: Policy, lanes: Sequence[Lane], due: Mapping[str, tuple[str, ...]], jurisdiction: str | None
) -> Iterator[Route]:
    """One route per lane that serves a recipient in `due` (recipient → purposes), and one per recipient without.

    A recipient whose lanes are all for other jurisdictions is without one here. Those that control the others come
    first: a stop is to reach them before it reaches what they control.
    """
    found = _in_order_of_policy(policy, lanes, due, jurisdiction)
    return iter(sorted(found, key=lambda route: not is_gate(policy, route.recipient)))


def is_gate(policy: Policy, recipients: str) -> bool:
    return any(policy.by_recipient[one].gate for one in recipients.split("+"))


def _in_order_of_policy(
    policy: Policy, lanes: Sequence[Lane], due: Mapping[str, tuple[str, ...]], jurisdiction: str | None
) -> Iterator[Route]:
    done: set[str] = set()
    for recipient, purposes in due.items():
        serving = [lane for lane in lanes if recipient in lane.serves]
        if not any(lane.is_due_in(jurisdiction) for lane in serving):
            row = policy.by_recipient[recipient]
            yield Route(recipient, None, purposes, _duty(policy, (recipient,)), row.reach, row.status == "retired")
        for lane in serving:
            if lane.name in done:
                continue
            done.add(lane.name)
            served = [other for other in due if other in lane.serves]
            merged = policy.in_order([purpose for other in served for purpose in due[other]])
            yield Route("+".join(served), lane, merged, _duty(policy, served))


def _duty(policy: Policy, recipients: Iterable[str]) -> str:
    """A processor acts for us; where one of several is none, the third party's deadline holds for all."""
    roles = {policy.by_recipient[one].role for one in recipients}
    return "processor" if roles == {"processor"} else "third_party"


@lru_cache(KEPT)
def switchable(policy: Policy, lane: Lane) -> tuple[str, ...]:
    """Every purpose at this lane's recipients that a person can grant and withdraw."""
    carried = {
        purpose
        for recipient in lane.serves
        for domain in policy.domains
        for purpose in policy.carried(recipient, domain.id)
    }
    return policy.in_order(carried & policy.withdrawable)


def check_policies(config: RelayConfig, lanes: Sequence[Lane]) -> None:
    """Refuse to begin with a policy that nobody has: every event of that controller would be rejected.

    Raises:
        SetupError: naming the controller, or the connection and the recipient.

    """
    for name, controller in config.controllers.items():
        try:
            versions = versions_of(controller.policy)
        except PolicyError as error:
            raise SetupError(f"controllers.{name}.policy: {error.message}", remedy=error.remedy) from None
        check_serves(versions, name, lanes)


def check_serves(versions: Sequence[Policy], controller: str, lanes: Sequence[Lane]) -> None:
    """Refuse a connection for a recipient that no version of the policy names: nothing would ever reach it.

    Raises:
        SetupError: naming connection and recipient.

    """
    newest = versions[-1]
    known = {recipient.id for policy in versions for recipient in policy.recipients}
    for lane in lanes:
        for unknown in sorted(lane.serves - known) if lane.controller == controller else ():
            raise SetupError(
                f"connections.{lane.name}.serves: {newest.id} {newest.version} names no recipient {unknown!r}",
                remedy=f"choose among: {', '.join(sorted(known))}",
            )
