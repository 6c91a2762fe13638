"""Zoho Marketing Automation: what is true of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from processors.vendors.capability import Capability
from processors.vendors.zoho.lists import LOCKED_S, ZohoLists
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action


class ZohoMarketingAutomationFacts(ZohoLists):
    title = "Zoho Marketing Automation"
    recipients = ("zoho-one/marketing",)
    docs = "https://www.zoho.com/marketingautomation/help/developers/v1/"
    base_url = "https://marketingautomation.zoho.{data_centre}"
    root = "/api/v1"
    person = "Lead"
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="subscribes to the purpose's list; Zoho notifies the lead by mail, who must confirm",
        ),
        "withdraw": Capability(
            says="unsubscribes from the purpose's list, of which Zoho notifies the lead by mail; for all purposes: "
            "do-not-mail registry, which no call lifts"
        ),
        "delete": Capability(
            kind="manual_task", says="into the do-not-mail registry, then a task: no call deletes a lead"
        ),
    }
    limits = (Window(calls=499, seconds=300, lock_s=LOCKED_S),)
    traps = (
        "whoever is subscribed or unsubscribed is notified by mail: a withdrawal, and each redo, is one more mail",
        "no call lifts an entry in the do-not-mail registry: a later grant becomes a task",
        "a call too many locks that API for 30 minutes",
        "HTTP 200 is no success: the body's code says what came of it",
        "people of Zoho Campaigns are kept apart from these: where both are used, both must be connected",
    )
    evidence = (
        ("D", f"{docs}lead-subscribe.html"),
        ("D", f"{docs}lead-unsubscribe.html"),
        ("D", f"{docs}move-to-do-not-mail.html"),
        ("D", "https://www.zoho.com/marketingautomation/help/developers/error-codes.html"),
    )
    unverified = (
        "the codes for a bad token (1007) and for somebody who isn't on the list (2103), as in Zoho Campaigns",
        "that moving to the registry notifies nobody, and takes a lead off all lists",
        "leadinfo as real JSON: documented without quotes",
        "what a locked API answers: the code 2008 and every answer with THROTTLES_LIMIT_EXCEEDED are taken for it",
    )
