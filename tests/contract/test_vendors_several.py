"""Every adapter: where several records have one address, all of them are acted on.

What became of them is asked of the sandbox, which has whoever stands in a CRM twice as two records, too, where its
vendor may have several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from answers_support import API_CASES, is_success
from sandbox_support import ANN, NEIGHBOUR, relay

from infra.sandbox.vendor import Vendor as Served
from infra.sandbox.vendors import load
from processors.vendors.later import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox_support import Relay

load()
TWIN = ANN.model_copy(
    update={
        "key": "s-twin",
        "email": "twin@example.test",
        "phone": "+4915100000002",
        "user_id": "s-twin",
        "books": ("free", "free"),
    }
)
ADDED = {"activecampaign": "add", "klaviyo": "add"}
"""Vendors whose sandbox gets the second record by an event."""
SEVERAL = (
    "activecampaign", "braze", "intercom", "klaviyo", "netlify", "salesforce", "stripe", "twilio", "wix",
    "wordpress_com", "zoho_books", "zoho_crm",
)  # fmt: skip
"""At the others an address is one record's, or its name alone is sent."""
IN_ITS_OWN_TIME = {"google_analytics", "shopify"}
"""The vendor has only taken it in: the sandbox shows that it was asked."""
DELETED_BY = [name for name, action in API_CASES if action == "delete" and name in Served.registry]
ARE_OUT: Mapping[str, Callable[[dict[str, Any], bool], list[bool]]] = {
    "intercom": lambda held, whole: [
        one["unsubscribed"] if whole else "newsletter" in one["out"] for one in held["contacts"]
    ],
    "salesforce": lambda held, _: [one["HasOptedOutOfEmail"] for one in held["records"].values()],
    "zoho_crm": lambda held, _: [one["opted_out"] for one in held["records"]],
}
"""Vendors at which a choice hangs on the record → of each whether it is out."""


async def with_two(r: Relay, name: str) -> None:
    await r.control.seed([TWIN])
    if name in ADDED:
        await r.control.happen(name, ADDED[name], TWIN.key)


@pytest.mark.parametrize("name", DELETED_BY)
async def test_all_records_of_one_address_are_deleted_and_nobody_elses(name: str) -> None:
    async with relay(limits_scale=1000) as r:
        await with_two(r, name)
        came = await r.do(name, "delete", TWIN)
        r.clock.ahead += DAY_S
        if name in SEVERAL and came.later is None:
            counts = re.findall(r"=(\d+)", str(came.evidence.detail))
            assert max(map(int, counts)) >= 2, came
        if is_success(came) and came.later is None and name not in IN_ITS_OWN_TIME:
            assert not (await r.held(name, TWIN)).get("known"), came
        assert not [one for one in await r.control.ledger() if {ANN.key, NEIGHBOUR.key} & {*one["people"]}]


@pytest.mark.parametrize("name", ARE_OUT)
@pytest.mark.parametrize("whole", [True, False])
async def test_a_withdrawal_is_of_each_of_them(name: str, whole: bool) -> None:  # noqa: FBT001
    async with relay(limits_scale=1000) as r:
        await with_two(r, name)
        came = await r.do(name, "withdraw", TWIN, all_purposes=whole, purposes=("newsletter",))
        assert came.outcome == "executed"
        assert ARE_OUT[name](await r.held(name, TWIN), whole) == [True, True]
