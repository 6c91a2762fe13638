"""Google Workspace's adapter over real HTTP against the sandbox, which is asked what became of the person."""

from __future__ import annotations

from sandbox_support import BOB, NEIGHBOUR, relay

from infra.sandbox import Fault
from schemas.errors import VendorAuthRejected, VendorUnavailable

ABROAD = BOB.model_copy(update={"key": "s-abroad", "email": "bob@elsewhere.test"})


async def test_an_account_is_deleted_and_gone_after_twenty_days_and_nobody_elses() -> None:
    async with relay() as r:
        came = await r.do("google_workspace", "delete")
        assert (came.outcome, came.reason, came.evidence.detail) == (
            "manual_task", "search_mail_and_files", "accounts=1, kept=0",
        )  # fmt: skip
        assert await r.held("google_workspace") == {"known": True, "restorable": True}
        assert not (await r.held("google_workspace", NEIGHBOUR))["restorable"]
        r.clock.ahead += came.evidence.vendor_limit_s
        assert not (await r.held("google_workspace"))["known"]


async def test_an_administrators_account_is_kept_and_an_address_abroad_is_asked_of_nobody() -> None:
    async with relay() as r:
        await r.control.happen("google_workspace", "promote", BOB.key)
        assert (await r.do("google_workspace", "delete", BOB)).reason == "account_kept"
        assert (await r.do("google_workspace", "delete", ABROAD)).reason == "search_mail_and_files"
        assert await r.effects("google_workspace") == []
        assert await r.served("google_workspace", 403) == 0


async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="google_workspace", verb="delete", times=1))
        assert isinstance(await r.do("google_workspace", "delete"), VendorUnavailable)
        assert (await r.do("google_workspace", "delete")).outcome == "manual_task"
        assert await r.effects("google_workspace") == ["delete"]


async def test_a_key_of_somebody_else_stops_the_lane() -> None:
    async with relay(spoil={"account": lambda text: text.replace("consent-relay@", "stranger@")}) as r:
        assert isinstance(await r.do("google_workspace", "delete"), VendorAuthRejected)
        assert await r.effects("google_workspace") == []
