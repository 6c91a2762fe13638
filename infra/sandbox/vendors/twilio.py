"""Twilio: consents (host accounts.twilio.com), messages, calls, recordings (host api.twilio.com), behind one address.

- Paths, filters, pages, statuses, and an error code for each consent inside 201: [S] twilio/twilio-oai d50069b,
  twilio_accounts_v1, twilio_api_v2010. 30646 with INVALID_CONTACT_ID: [S], its example; with INVALID_SENDER_ID and
  INTERNAL_SERVER_ERROR: [D] docs/api/errors/30646.
- `rcs:` before both addresses of a message where the sender is in no messaging service: [D]
  docs/studio/tutorials/use-rcs-with-studio.
- 25 consents in a call: [T]; more are refused with 400 and 20001 [U]. 100 calls of it a minute: [D].
- 401 with 20003, 404 with 20404: [D] docs/api/errors. A record under way can't be deleted: 409, 20009 [U].
- Without a filter a list is of everybody [S].
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from infra.sandbox.limits import Limit
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

ACCOUNT = "AC00000000000000000000000000000001"
_OURS = "+15005550006"
_PHONE, _SENDER = re.compile(r"\+[1-9]\d{6,14}"), re.compile(r"MG[0-9a-f]{32}|\+?\d{3,15}")
_LIMITS = (Limit(calls=100, window_s=60),)
_MOST = 25
_FILTERS = {"To": "to", "From": "from", "CallSid": "call_sid"}
_ERRORS = {
    401: (20003, "Authenticate"),
    404: (20404, "The requested resource was not found"),
    429: (20429, "Too many"),
}


@dataclass(slots=True)
class _Record:
    kind: str
    fields: dict[str, str]
    under_way: bool = False


class Twilio(Vendor):
    name: ClassVar[str] = "twilio"
    auth: ClassVar[str] = "basic"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._records: dict[str, _Record] = {}
        self._numbers = count()
        self._consents: dict[tuple[str, str], str] = {}
        self._stumbles: set[str] = set()

    def operations(self) -> Iterable[Operation]:
        root = "/2010-04-01/Accounts/{account}"
        yield Operation("consents", "POST", "/v1/Consents/Bulk", self._tell, limits=_LIMITS)
        yield Operation("account", "GET", f"{root}.json", self._of_account(lambda _: Answer(200, {"sid": ACCOUNT})))
        for kind in ("Messages", "Calls", "Recordings"):
            verb = kind.lower()
            yield Operation(f"list_{verb}", "GET", f"{root}/{kind}.json", self._of_account(self._list))
            yield Operation(f"delete_{verb}", "DELETE", f"{root}/{kind}/{{sid}}.json", self._of_account(self._delete))

    def error(self, status: int) -> Answer:
        code, message = _ERRORS.get(status, (20500, "Internal server error"))
        return Answer(status, {"code": code, "message": message, "status": status})

    def identities(self, call: Call) -> Sequence[str]:
        named = [str(one.get("contact_id")) for one in _items(call)]
        return (*named, *(call.params[key] for key in ("To", "From") if key in call.params))

    def seed(self, person: Person) -> None:
        """Two messages, one of them on WhatsApp, and a recorded call with everybody whose number is known."""
        if person.phone:
            self._add("Messages", {"to": person.phone, "from": _OURS})
            self._add("Messages", {"to": f"whatsapp:{_OURS}", "from": f"whatsapp:{person.phone}"})
            call = self._add("Calls", {"to": _OURS, "from": person.phone})
            self._add("Recordings", {"call_sid": call})

    def state(self, person: Person) -> dict[str, Any]:
        kinds = [one.kind for sid, one in self._records.items() if person.phone and person.phone in self._of(sid)]
        counts = {kind.lower(): kinds.count(kind) for kind in ("Messages", "Calls", "Recordings")}
        mine = {sender: status for (phone, sender), status in self._consents.items() if phone == person.phone}
        return {"known": bool(kinds), **counts, "consents": mine}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`call` begins one, `hang_up` ends it; `rcs`: they write over RCS; `stumble`: their next consent fails."""
        if event == "rcs":
            self._add("Messages", {"to": "rcs:our_agent", "from": f"rcs:{person.phone}"})
        elif event == "stumble":
            self._stumbles.add(person.phone or "")
        elif event == "call":
            self._records[self._add("Calls", {"to": person.phone or "", "from": _OURS})].under_way = True
        elif event == "hang_up":
            for one in self._records.values():
                one.under_way = False
        else:
            super().happen(event, person, args)

    def clear(self) -> None:
        self._records.clear()
        self._consents.clear()
        self._stumbles.clear()

    def _add(self, kind: str, fields: dict[str, str]) -> str:
        sid = f"{kind[:2].upper()}{next(self._numbers):032x}"
        self._records[sid] = _Record(kind, fields)
        return sid

    def _of(self, sid: str) -> str:
        """Everybody whom a record is about; a recording is about those of its call."""
        record = self._records[sid]
        call = self._records.get(record.fields.get("call_sid", ""))
        return " ".join([*record.fields.values(), *(call.fields.values() if call else ())])

    def _tell(self, call: Call) -> Answer:
        items = _items(call)
        if not 0 < len(items) <= _MOST:
            return Answer(400, {"code": 20001, "message": f"Items must have 1 to {_MOST} elements", "status": 400})
        return Answer(201, {"items": [self._told(call, item) for item in items]})

    def _told(self, call: Call, item: Mapping[str, str]) -> dict[str, Any]:
        phone, key = item["contact_id"], item["correlation_id"]
        wrong = ["INVALID_CONTACT_ID"] * (not _PHONE.fullmatch(phone))
        wrong += ["INVALID_SENDER_ID"] * (not _SENDER.fullmatch(item["sender_id"]))
        if not wrong and phone in self._stumbles:
            self._stumbles.remove(phone)
            wrong = ["INTERNAL_SERVER_ERROR"]
        if wrong:
            return {"correlation_id": key, "error_code": 30646, "error_messages": wrong}
        changed = self._consents.get((phone, item["sender_id"])) != item["status"]
        self._consents[phone, item["sender_id"]] = item["status"]
        effect = "withdraw" if item["status"] == "opt-out" else "grant"
        self.record(call, effect, (phone,), changed=changed, sender=item["sender_id"])
        return {"correlation_id": key, "error_code": 0, "error_messages": []}

    def _of_account(self, handle: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        return lambda call: handle(call) if call.path["account"] == ACCOUNT else self.error(404)

    def _list(self, call: Call) -> Answer:
        kind = call.url_path.rpartition("/")[2].removesuffix(".json")
        wanted = {_FILTERS[key]: call.params[key] for key in _FILTERS if key in call.params}
        hits = [
            {"sid": sid, **one.fields}
            for sid, one in self._records.items()
            if one.kind == kind and all(one.fields.get(name) == value for name, value in wanted.items())
        ]
        page, size = int(call.params.get("Page", "0")), call.number("PageSize", 50)
        following = urlencode({**call.params, "Page": page + 1, "PageToken": f"PT{page}"})
        more = f"{call.url_path}?{following}" if len(hits) > (page + 1) * size else None
        return Answer(200, {kind.lower(): hits[page * size : (page + 1) * size], "next_page_uri": more})

    def _delete(self, call: Call) -> Answer:
        record = self._records.get(call.path["sid"])
        if record is None:
            return self.error(404)
        if record.under_way:
            text = "Cannot delete this resource before it is complete"
            return Answer(409, {"code": 20009, "message": text, "status": 409})
        people = [name.rpartition(":")[2] for name in self._of(call.path["sid"]).split()]
        del self._records[call.path["sid"]]
        self.record(call, "delete", [one for one in people if self.world.people.find(one)], changed=True)
        return Answer(204)


def _items(call: Call) -> list[dict[str, str]]:
    return [json.loads(value) for name, value in call.fields if name == "Items"]
