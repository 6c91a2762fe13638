"""Zoho Marketing Automation API v1, host marketingautomation.zoho.<dc>.

- listsubscribe, listunsubscribe, leaddonotmail, `leadinfo` with `Lead Email`, 500 calls in 5 minutes for each and
  then locked for 30: [D] zoho.com/marketingautomation/help/developers/v1, one page each.
- A call too many: code 2008 [D] zoho.com/marketingautomation/help/developers/error-codes.html; that a locked API says
  the same, and with HTTP 200: [U].
- Who subscribes or unsubscribes somebody has them notified: [D]; that moving to Do-Not-Mail does not: [U].
- All else as in the sister product Campaigns, with the marks there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer
from infra.sandbox.vendors.zoho_campaigns import USUAL, ZohoCampaigns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.sandbox.limits import Limit
    from infra.sandbox.people import Person
    from infra.sandbox.vendor import Call, Operation
    from infra.sandbox.world import World


class ZohoMarketingAutomation(ZohoCampaigns):
    name: ClassVar[str] = "zoho_marketing_automation"
    root: ClassVar[str] = "/api/v1"
    person: ClassVar[str] = "Lead"
    subscribing: ClassVar[Sequence[Limit]] = USUAL

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._notified: Counter[str] = Counter()

    def readings(self) -> Iterable[Operation]:
        return ()

    def throttled(self, limit: Limit | None) -> Answer:
        calls = limit.calls if limit else 500
        message = f"Calls limit exceeded. Permitted calls per hour {calls}"
        return Answer(200, {"code": "2008", "status": "error", "message": message, "version": "1.0"})

    def state(self, person: Person) -> dict[str, Any]:
        return {**super().state(person), "notified": self._notified[fold(person.email)]}

    def clear(self) -> None:
        super().clear()
        self._notified.clear()

    def record(self, call: Call, effect: str, whom: Iterable[str], **more: Any) -> None:
        people = tuple(whom)
        if call.verb != "leaddonotmail":
            self._notified.update(people)
        super().record(call, effect, people, **more)
