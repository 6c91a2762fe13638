"""Microsoft 365's adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from sandbox_support import NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable


async def test_a_guest_is_deleted_and_gone_after_thirty_days_and_a_colleague_is_not() -> None:
    async with relay() as r:
        await r.control.happen("microsoft_365", "hire", NEIGHBOUR.key)
        came = await r.do("microsoft_365", "delete")
        assert (came.outcome, came.reason, came.evidence.detail) == (
            "manual_task", "search_mail_and_files", "accounts=1, kept=0",
        )  # fmt: skip
        assert await r.held("microsoft_365") == {"known": True, "accounts": [], "restorable": 1}
        kept = await r.do("microsoft_365", "delete", NEIGHBOUR)
        assert (kept.outcome, kept.reason) == ("manual_task", "account_of_a_member")
        assert (await r.held("microsoft_365", NEIGHBOUR))["accounts"] == ["Member"]
        r.clock.ahead += came.evidence.vendor_limit_s
        assert not (await r.held("microsoft_365"))["known"]


async def test_an_alias_is_an_accounts_address_too() -> None:
    async with relay() as r:
        await r.control.happen("microsoft_365", "hire", NEIGHBOUR.key)
        await r.control.happen("microsoft_365", "alias", NEIGHBOUR.key, email="o'neil@acme.example")
        known_as = NEIGHBOUR.model_copy(update={"email": "O'Neil@acme.example"})
        came = await r.do("microsoft_365", "delete", known_as)
        assert (came.reason, came.evidence.detail) == ("account_of_a_member", "accounts=0, kept=1")


async def test_a_purge_that_microsoft_refuses_stops_nobody_and_one_that_it_allows_is_final() -> None:
    async with relay(options={"microsoft_365": {"purge": True}}) as r:
        refused = await r.do("microsoft_365", "delete")
        assert refused.evidence.vendor_limit_s == 30 * 86_400
        r.sandbox.engines["microsoft_365"].vendor.may_purge = True  # type: ignore[attr-defined]
        assert (await r.do("microsoft_365", "delete")).evidence.vendor_limit_s is None
        assert not (await r.held("microsoft_365"))["known"]
        assert await r.effects("microsoft_365") == ["delete", "purge"]


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="microsoft_365", verb="delete", times=1))
        assert isinstance(await r.do("microsoft_365", "delete"), VendorUnavailable)
        assert (await r.do("microsoft_365", "delete")).outcome == "manual_task"
        assert await r.effects("microsoft_365") == ["delete"]


async def test_a_wrong_secret_stops_the_lane_and_blames_nobody() -> None:
    async with relay(spoil={"microsoft_365_client_secret": lambda _: "wrong"}) as r:
        assert isinstance(await r.do("microsoft_365", "delete"), VendorAuthRejected)
        assert await r.effects("microsoft_365") == []
