"""Every adapter over real HTTP against the sandbox, when its access ends, is taken away or never was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sandbox_support import BOB, another, relay

from infra.sandbox.vendor import Vendor as Served
from infra.sandbox.vendors import load
from processors.engine.clock import SystemClock
from processors.engine.kinds import KINDS
from processors.engine.probe import probe
from processors.vendors.base import VENDORS, Result, Vendor
from schemas.errors import VendorAuthRejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.records import Action

load()
OWN = [
    (name, key)
    for name, kind in sorted(VENDORS.items())
    if name in Served.registry and kind.probe is not Vendor.probe
    for key in KINDS[kind.auth].secrets
]
"""Vendors of the sandbox that can be asked something harmless, and each of their secrets."""


@pytest.mark.parametrize("vendor", ["zoho_crm", "zoho_campaigns", "google_analytics"])
async def test_a_token_that_ends_early_is_renewed_once_and_nobody_notices(vendor: str) -> None:
    async with relay() as r:
        action: Action = "delete"
        await r.do(vendor, action, BOB)
        for issuer in ("zoho_accounts", "google_oauth"):
            await r.control.grant(issuer, "expire")
        outcome = await r.do(vendor, action)
        assert isinstance(outcome, Result)
        issuer = "google_oauth" if vendor == "google_analytics" else "zoho_accounts"
        assert await r.served(issuer, 200) == 2


@pytest.mark.parametrize("vendor", ["zoho_crm", "zoho_campaigns", "google_analytics"])
async def test_access_that_was_taken_away_stops_the_lane_and_blames_nobody(vendor: str) -> None:
    async with relay() as r:
        for issuer in ("zoho_accounts", "google_oauth"):
            await r.control.grant(issuer, "revoke")
        outcome = await r.do(vendor, "delete")
        assert isinstance(outcome, VendorAuthRejected)
        assert await r.effects(vendor) == []


def _foreign_account(text: str) -> str:
    return json.dumps({**json.loads(text), "client_email": "else@x.iam.gserviceaccount.com"})


@pytest.mark.parametrize(
    ("vendor", "key", "wrong"),
    [
        ("zoho_crm", "client_secret", lambda _: "wrong"),
        ("zoho_campaigns", "refresh_token", lambda _: "wrong"),
        ("google_analytics", "account", _foreign_account),
    ],
)
async def test_a_wrong_secret_is_the_credentials_fault(vendor: str, key: str, wrong: Callable[[str], str]) -> None:
    async with relay(spoil={key: wrong}) as r:
        outcome = await r.do(vendor, "delete")
    assert isinstance(outcome, VendorAuthRejected)


@pytest.mark.parametrize("behind_s", [-600.0, 4000.0])
async def test_an_assertion_by_a_clock_that_is_wrong_stops_the_lane_and_blames_nobody(behind_s: float) -> None:
    async with relay() as r:
        r.clock.ahead = behind_s
        outcome = await r.do("google_analytics", "delete")
        assert (type(outcome), outcome.reason) == (VendorAuthRejected, "token_invalid_grant")
        assert isinstance(await r.do("zoho_crm", "delete"), Result), "whoever asks for no time doesn't notice"


def _spoiled(vendor: str, key: str) -> dict[str, Callable[[str], str]]:
    """By the name that the sandbox's relay has for the secret."""
    auth = VENDORS[vendor].auth
    if auth == "google_service_account":
        return {"account": _foreign_account}
    return {key if auth == "zoho_oauth" else f"{vendor}_{key}": lambda _: another(key)}


@pytest.mark.parametrize(("vendor", "key"), OWN)
async def test_each_wrong_secret_is_found_without_touching_anybody(vendor: str, key: str) -> None:
    async with relay(spoil=_spoiled(vendor, key)) as r:
        came = await probe(r.connected[vendor], SystemClock())
        assert isinstance(came.error, VendorAuthRejected)
        assert await r.effects(vendor) == []


@pytest.mark.parametrize("vendor", sorted({name for name, _ in OWN}))
async def test_the_right_ones_are_taken_and_nobody_is_touched(vendor: str) -> None:
    async with relay() as r:
        came = await probe(r.connected[vendor], SystemClock())
        assert (came.asked, came.error) == ("call", None)
        assert await r.effects(vendor) == []
