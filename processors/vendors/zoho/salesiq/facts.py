"""Zoho SalesIQ: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply
from processors.vendors.capability import Capability
from processors.vendors.zoho.accounts import Zoho
from processors.vendors.zoho.salesiq.options import SalesiqOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_SIGNAL = Capability(kind="client_signal", says="no call: the site's tag tracks nobody before the banner lets it")


class ZohoSalesiqFacts(Zoho):
    title = "Zoho SalesIQ"
    docs = "https://www.zoho.com/salesiq/help/developer-section/rest-api-v2.html"
    base_url = "https://salesiq.zoho.{data_centre}"
    channels = ("web",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _SIGNAL,
        "withdraw": _SIGNAL,
        "delete": Capability(
            kind="manual_task",
            says="the person's conversations into the recycle bin, for 90 days; then a task: none deletes visitors",
        ),
    }
    identifies_by = ("email",)
    limits = (Window(calls=60, seconds=60),)
    traps = (
        "60 calls a minute is a default of ours: no page names a limit, set `limits`",
        "what is in the recycle bin can be restored for 90 days, and no call empties it",
        "a conversation under way can't be deleted: it is tried again until it has ended",
        "of visitors who never said their address nothing is found",
        "chats of another channel than the connection's need a connection of their own",
    )
    evidence = (
        ("D", "https://zohohelp.com/salesiq/help/developer-section/delete-chat.html"),
        ("D", "https://zoho.com/salesiq/help/developer-section/get-conversation-list-details-v2.html"),
    )
    unverified = (
        "that a conversation which has an end_time or a missed_time is a closed one, and every other isn't",
        "how many ids a deletion takes: no more than a page of the list are sent",
        "what an error looks like: whatever has `error` in it is taken for one",
    )
    options_type: ClassVar[type[Options]] = SalesiqOptions
    example: ClassVar[Mapping[str, Any]] = {"screen_name": "zylker", "departments": ["466756000000002013"]}
    options: SalesiqOptions

    def rehearse(self, call: Call) -> Reply:
        visitor = {"email": call.params.get("email")}
        body = {"data": [{"id": "19000000033103", "end_time": "1612943810186", "visitor": visitor}]}
        return Reply(200, {}, json.dumps(body if call.method == "GET" else {}).encode())
