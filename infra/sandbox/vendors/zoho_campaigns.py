"""Zoho Campaigns API v1.1, host campaigns.zoho.<dc>; zoho.com/campaigns/help/developers.

- The outcome stands in the body's `code`, the status is HTTP 200: [D] and [C]. Without `resfmt=JSON` the body is
  XML [C].
- listsubscribe, listunsubscribe, contactdonotmail, getlistsubscribers, their codes and limits: [D], one page each.
  A list with a sign-up form asks the person to confirm, one without adds at once [D]; the text of that case: [U].
- getmailinglists: [C], with `list_of_details`; here of each list its name and key.
- `contactinfo` is `{Contact Email:x}` [D] or real JSON [C].
- A wrong token: the text "Unauthorized request." in the body [C], code 1007 [U] (the catalogue has "Unauthorized
  key.").
- A locked API: [U]; here HTTP 400 with the words of the sister product Projects [C].
- listsubscribe of a contact in Do-Not-Mail: code 2006 as in the sister product Marketing Automation [D'], and the
  registry stays [U]. Moving to Do-Not-Mail takes the contact off all lists [U]; it also takes addresses that were
  unknown [D].
- listunsubscribe of somebody who isn't on the list: 2103 "Contact does not exist." [D] catalogue, for this call
  [U].
- One contact can neither be read nor deleted by the API: no call was found.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import MailingList, World

_LOCK_S = 1800
USUAL = (Limit(calls=500, window_s=300, lock_s=_LOCK_S),)
_SUBSCRIBE = (
    Limit(calls=500, window_s=60, lock_s=_LOCK_S),
    Limit(calls=12_500, window_s=3600, lock_s=_LOCK_S),
    Limit(calls=75_000, window_s=86_400, lock_s=_LOCK_S),
)
_ADDRESS = re.compile(r"[^@\s,{}:]+@[^@\s,{}:]+\.[^@\s,{}:]+")
_CONFIRM = "A confirmation email is sent to the user. User needs to confirm to successfully subscribe."
_IN_BODY = {401: ("1007", "Unauthorized request."), 404: ("1004", "Wrong URL entered.")}
_ACTIVE_STATUSES = ("active", "recent", "mostrecent")


class ZohoCampaigns(Vendor):
    name: ClassVar[str] = "zoho_campaigns"
    issuer: ClassVar[str | None] = "zoho_accounts"
    scheme: ClassVar[str] = "Zoho-oauthtoken"
    root: ClassVar[str] = "/api/v1.1"
    person: ClassVar[str] = "Contact"
    subscribing: ClassVar[Sequence[Limit]] = _SUBSCRIBE

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}
        self._lists: dict[str, dict[str, str]] = {}
        """E-mail address, then purpose, to active, pending or unsub."""
        self._do_not_mail: set[str] = set()

    def operations(self) -> Iterable[Operation]:
        for verb, handle, limits in (
            ("listsubscribe", self._subscribe, self.subscribing),
            ("listunsubscribe", self._unsubscribe, USUAL),
            (f"{self.person.lower()}donotmail", self._never, USUAL),
        ):
            yield Operation(verb, "POST", f"{self.root}/json/{verb}", handle, limits=limits)
        yield from self.readings()

    def readings(self) -> Iterable[Operation]:
        subscribers = f"{self.root}/getlistsubscribers"
        yield Operation("getmailinglists", "GET", f"{self.root}/getmailinglists", self._mailing_lists, limits=USUAL)
        yield Operation("getlistsubscribers", "GET", subscribers, self._subscribers, limits=USUAL)
        yield Operation("getlistsubscribers", "POST", subscribers, self._subscribers, limits=USUAL)

    def error(self, status: int) -> Answer:
        if status in _IN_BODY:
            code, message = _IN_BODY[status]
            return Answer(200, {"code": code, "status": "error", "message": message, "version": "1.1"})
        return Answer(status, {"code": str(status), "status": "error", "message": "Please retry after sometime."})

    def throttled(self, limit: Limit | None) -> Answer:  # noqa: ARG002 - all limits lock in the same words
        title = "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"
        return Answer(
            400, {"error": {"error_type": "OPERATIONAL_VALIDATION_ERROR", "title": title, "status_code": 400}}
        )

    def identities(self, call: Call) -> Sequence[str]:
        email = self._who(call).get(f"{self.person} Email")
        return (email,) if email else ()

    def seed(self, person: Person) -> None:
        if person.lists:
            self._lists[fold(person.email)] = dict(person.lists)

    def state(self, person: Person) -> dict[str, Any]:
        email = fold(person.email)
        lists = self._lists.get(email, {})
        return {"known": email in self._lists, "lists": lists, "do_not_mail": email in self._do_not_mail}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`confirm` with a `purpose`: the person follows the link in the confirmation mail."""
        if event != "confirm":
            super().happen(event, person, args)
        lists = self._lists.get(fold(person.email), {})
        if lists.get(args["purpose"]) != "pending":
            message = "there is no subscription to confirm"
            raise ValueError(message)
        lists[args["purpose"]] = "active"

    def clear(self) -> None:
        self._lists.clear()
        self._do_not_mail.clear()

    def _subscribe(self, call: Call) -> Answer:
        email, refusal = self._address(call)
        mailing_list = self._mailing_list(call)
        if refusal or mailing_list is None:
            return refusal or _said(call, "2501", "Listkey is empty or invalid.")
        if email in self._do_not_mail:
            return _said(call, "2006", "Contact is in Do-Not-Mail registry.")
        purpose = self._purposes[mailing_list.key]
        lists = self._lists.setdefault(email, {})
        before = lists.get(purpose)
        if before != "active":
            lists[purpose] = "pending" if mailing_list.signup_form else "active"
        self.record(call, "grant", (email,), changed=lists[purpose] != before, purpose=purpose, state=lists[purpose])
        return _said(call, "0", _CONFIRM if lists[purpose] == "pending" else "User successfully subscribed.")

    def _unsubscribe(self, call: Call) -> Answer:
        email, refusal = self._address(call)
        mailing_list = self._mailing_list(call)
        if refusal or mailing_list is None:
            return refusal or _said(call, "2102", "Listkey is empty or invalid.")
        purpose = self._purposes[mailing_list.key]
        lists = self._lists.get(email, {})
        if purpose not in lists:
            return _said(call, "2103", "Contact does not exist.")
        changed = lists[purpose] != "unsub"
        lists[purpose] = "unsub"
        self.record(call, "withdraw", (email,), changed=changed, purpose=purpose)
        return _said(call, "0", "User successfully unsubscribed.")

    def _never(self, call: Call) -> Answer:
        email, refusal = self._address(call)
        if refusal:
            return refusal
        changed = email not in self._do_not_mail
        self._do_not_mail.add(email)
        lists = self._lists.setdefault(email, {})
        lists.update(dict.fromkeys(lists, "unsub"))
        self.record(call, "withdraw", (email,), changed=changed, purpose="*")
        text = "User successfully moved to Do-Not-Mail." if changed else "User already in Do-Not-Mail."
        return _said(call, "0", text)

    def _subscribers(self, call: Call) -> Answer:
        mailing_list = self._mailing_list(call)
        if mailing_list is None:
            return _said(call, "2501", "Listkey is empty or invalid.")
        wanted = call.params.get("status", "active")
        state = "active" if wanted in _ACTIVE_STATUSES else wanted
        purpose = self._purposes[mailing_list.key]
        emails = sorted(email for email, lists in self._lists.items() if lists.get(purpose) == state)
        first = call.number("fromindex", 1) - 1
        page = emails[first : first + call.number("range", 20)]
        return _said(call, "0", "", list_of_details=[{"contact_email": email, "zuid": "1"} for email in page])

    def _mailing_lists(self, call: Call) -> Answer:
        lists = [{"listname": purpose, "listkey": key} for key, purpose in self._purposes.items()]
        return _said(call, "0", "", list_of_details=lists[: call.number("range", 20)])

    def _mailing_list(self, call: Call) -> MailingList | None:
        purpose = self._purposes.get(call.params.get("listkey", ""))
        return self.world.mailing_lists[purpose] if purpose else None

    def _who(self, call: Call) -> dict[str, str]:
        return _pairs(call.params.get(f"{self.person.lower()}info", "").strip())

    def _address(self, call: Call) -> tuple[str, Answer | None]:
        """The contact's address, or the refusal of a contact without a good one."""
        contact = self._who(call)
        if not contact:
            return "", _said(call, "2001", "Please enter correct XML(or)JSON format.")
        email = fold(contact.get(f"{self.person} Email", ""))
        good = _ADDRESS.fullmatch(email)
        return email, None if good else _said(call, "2004", "Invalid contact email address.")


def _pairs(text: str) -> dict[str, str]:
    """`contactinfo`, which is Zoho's own pseudo-JSON or real JSON; empty where it is neither."""
    if not (text.startswith("{") and text.endswith("}")):
        return {}
    try:
        contact = json.loads(text)
    except ValueError:
        pairs = (pair.partition(":") for pair in text[1:-1].split(","))
        return {name.strip(): value.strip() for name, _, value in pairs}
    return {str(name): str(value) for name, value in contact.items()}


def _said(call: Call, code: str, message: str, **more: Any) -> Answer:
    status = "success" if code == "0" else "error"
    body = {"code": code, "status": status, "message": message, "uri": call.url_path, "version": "1.1", **more}
    if call.params.get("resfmt", "").upper() == "JSON":
        return Answer(200, body)
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in body.items() if isinstance(value, str))
    return Answer(200, f"<response>{fields}</response>", content_type="application/xml")
