"""Zoho Campaigns: what is true of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from processors.vendors.base import Call
from processors.vendors.capability import Capability
from processors.vendors.zoho.lists import LOCKED_S, ZohoLists
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action


class ZohoCampaignsFacts(ZohoLists):
    title = "Zoho Campaigns"
    recipients = ("zoho-one/marketing",)
    docs = "https://www.zoho.com/campaigns/help/developers/"
    base_url = "https://campaigns.zoho.{data_centre}"
    root = "/api/v1.1"
    person = "Contact"
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="subscribes to the purpose's list; where the list has a sign-up form the person must still confirm",
        ),
        "withdraw": Capability(
            says="unsubscribes from the purpose's list; for all purposes: do-not-mail registry, which no call lifts"
        ),
        "delete": Capability(
            kind="manual_task", says="into the do-not-mail registry, then a task: no call deletes a contact"
        ),
    }
    limits = (
        Window(calls=499, seconds=60, lock_s=LOCKED_S, apis=("listsubscribe",)),
        Window(calls=12_499, seconds=3600, lock_s=LOCKED_S, apis=("listsubscribe",)),
        Window(calls=74_999, seconds=86_400, lock_s=LOCKED_S, apis=("listsubscribe",)),
        Window(calls=499, seconds=300, lock_s=LOCKED_S, apis=("listunsubscribe", "contactdonotmail")),
    )
    traps = (
        "no call lifts an entry in the do-not-mail registry: a later grant becomes a task",
        "a call too many locks that API for 30 minutes",
        "HTTP 200 is no success: the body's code says what came of it",
    )
    evidence = (
        ("D", f"{docs}contact-subscribe.html"),
        ("D", f"{docs}contact-unsubscribe.html"),
        ("D", f"{docs}do-not-mail.html"),
        ("D", f"{docs}error-codes.html"),
    )
    unverified = (
        "the codes for a bad token (1007) and a contact in the registry (2006, documented for Marketing Automation)",
        "that listunsubscribe answers 2103 for somebody who isn't on the list",
        "that the registry takes a contact off all lists",
        "contactinfo as real JSON: documented without quotes, seen with them in others' code",
    )

    def probe(self) -> Call:
        """It needs the scope ZohoCampaigns.contact.READ besides the one that the other calls need."""
        return Call("GET", f"{self.root}/getmailinglists", params={"resfmt": "JSON", "range": "1"})
