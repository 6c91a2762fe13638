"""Zoho SalesIQ, API v2, host salesiq.zoho.<dc>; zoho.com/salesiq/help/developer-section.

- Paths, query parameters, 20 conversations on a page and at most 99, header X-SIQ-Channel, `ids`, that only closed
  conversations are deleted and stay in the bin for 90 days: [D] get-conversation-list-details-v2, delete-chat.
- Fields of a conversation: [D] close-chat-v2. Words and statuses of errors, that one id that can't be deleted refuses
  all in the call: [U]. No limit is documented.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

DEPARTMENT = "466756000000002013"
_CHANNELS = {"website", "ios", "android", "emailsignature"}


class ZohoSalesiq(Vendor):
    name: ClassVar[str] = "zoho_salesiq"
    issuer: ClassVar[str | None] = "zoho_accounts"
    scheme: ClassVar[str] = "Zoho-oauthtoken"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._chats: dict[int, dict[str, Any]] = {}
        self._bin: dict[int, dict[str, Any]] = {}
        self._numbers = count(32289000000646045)

    def operations(self) -> Iterable[Operation]:
        place = "/api/v2/{screen_name}/conversations"
        yield Operation("list_conversations", "GET", place, self._listed)
        yield Operation("delete_conversations", "DELETE", place, self._delete)

    def error(self, status: int) -> Answer:
        return Answer(status, {"error": {"code": status, "message": "sandbox"}})

    def identities(self, call: Call) -> Sequence[str]:
        return (call.params["email"],) if call.params.get("email") else ()

    def seed(self, person: Person) -> None:
        self._add(person)

    def state(self, person: Person) -> dict[str, Any]:
        here, binned = (
            sum(fold(one["visitor"]["email"]) == fold(person.email) for one in several.values())
            for several in (self._chats, self._bin)
        )
        return {"known": here > 0, "conversations": here, "in_bin": binned}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`chat`: another conversation, under way until `hang_up`."""
        if event == "chat":
            self._add(person, end_time=None)
        elif event == "hang_up":
            for one in self._chats.values():
                one["end_time"] = one["end_time"] or "1612943810186"
        else:
            super().happen(event, person, args)

    def clear(self) -> None:
        self._chats.clear()
        self._bin.clear()

    def _add(self, person: Person, end_time: str | None = "1612943810186") -> None:
        number = next(self._numbers)
        visitor = {"email": person.email, "name": person.key, "type": "contact"}
        chat = {"id": str(number), "question": "hello", "end_time": end_time, "visitor": visitor}
        self._chats[number] = {**chat, "department": {"id": DEPARTMENT, "name": "Support"}}

    def _listed(self, call: Call) -> Answer:
        email, page = fold(call.params.get("email", "")), call.number("page", 1)
        size = min(call.number("limit", 20), 99)
        here = [
            {key: value for key, value in one.items() if value is not None}
            for one in self._chats.values()
            if call.params.get("department_id", DEPARTMENT) == DEPARTMENT
            and (not email or email in fold(one["visitor"]["email"]))
        ]
        return Answer(200, {"url": call.url_path, "object": "list", "data": here[(page - 1) * size : page * size]})

    def _delete(self, call: Call) -> Answer:
        ids = call.body.get("ids") if isinstance(call.body, dict) else None
        if call.headers.get("x-siq-channel") not in _CHANNELS or not isinstance(ids, list) or not ids:
            return self.error(400)
        chats = [self._chats.get(one) for one in ids]
        if not all(chat and chat["end_time"] for chat in chats):
            return self.error(400)
        for one in ids:
            self._bin[one] = self._chats.pop(one)
            self.record(call, "delete", (self._bin[one]["visitor"]["email"],), changed=True)
        return Answer(200)
