"""Mailchimp Marketing API 3.0, host <dc>.api.mailchimp.com.

- Paths, bodies and statuses of members: [S] mailchimp/mailchimp-marketing-python 3305fa4; who isn't on the audience,
  or is permanently deleted, is 404: [D] guide "Manage Contacts", [C] nztim/mailchimp issue 31.
- Problem documents (RFC 7807), 401, 429: [D] docs/errors. 404 and 405 of a member in these words: [C] recorded by
  grouparoo. "Member In Compliance State", "Forgotten Email Not Subscribed": [C], in many clients.
- delete-permanent: 204 [S]; of a stranger 404 [U]. Archiving: 204, of an archived member 405 [C].
- An audience may ask for a merge field: a change of a member without it is 400 "Your merge fields were invalid.",
  also one that leaves the field alone: [C] drewm/mailchimp-api issue 298, brandonseydel/MailChimp.Net issue 312;
  unless the call says skip_merge_validation: [S].
- `pending` lifts an unsubscription (a mail goes out) [C], but no bounce [U]; unsubscribing an archived member takes
  it out of the archive [C]. 10 calls at once: [D] docs/fundamentals.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_SEEDED = {"active": "subscribed", "pending": "pending", "unsub": "unsubscribed"}
_ACCEPTED = {"subscribed", "unsubscribed", "cleaned", "pending", "transactional"}
_PROBLEMS = {
    401: ("API Key Invalid", "Your API key may be invalid, or you've attempted to access the wrong datacenter."),
    404: ("Resource Not Found", "The requested resource could not be found."),
    429: ("Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."),
    503: ("Service Unavailable", "This service is temporarily unavailable."),
}
_HAPPENS = {"unsubscribe": "unsubscribed", "bounce": "cleaned", "confirm": "subscribed", "sign_up": "subscribed"}
_IN_COMPLIANCE = "is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
_FORGOTTEN = (
    "was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list."
)


class Mailchimp(Vendor):
    name: ClassVar[str] = "mailchimp"
    auth: ClassVar[str] = "basic"
    forms: ClassVar[Mapping[str, str]] = {"password": "{}-us21"}
    concurrency: ClassVar[int | None] = 10

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}
        self._statuses: dict[tuple[str, str], str] = {}
        """Audience and address to the member's status."""
        self._left: set[tuple[str, str]] = set()
        """Who unsubscribed by a link in a mail, or bounced: no call makes them `subscribed`."""
        self._forgotten: set[tuple[str, str]] = set()
        self._asking: set[str] = set()
        """Audiences that ask for a merge field which none of their members has."""

    def operations(self) -> Iterable[Operation]:
        audience = "/3.0/lists/{list_id}"
        member = f"{audience}/members/{{hash}}"
        yield Operation("get_list", "GET", audience, self._get_list)
        yield Operation("get_member", "GET", member, self._get)
        yield Operation("update_member", "PATCH", member, self._update)
        yield Operation("set_member", "PUT", member, self._set)
        yield Operation("archive_member", "DELETE", member, self._archive)
        yield Operation("delete_permanent", "POST", f"{member}/actions/delete-permanent", self._forget)

    def error(self, status: int) -> Answer:
        title, detail = _PROBLEMS.get(status, ("Internal Server Error", "A deep internal error has occurred."))
        return _problem(status, title, detail)

    def identities(self, call: Call) -> Sequence[str]:
        place = self._place(call)
        return (place[1],) if place else ()

    def seed(self, person: Person) -> None:
        for audience, purpose in self._purposes.items():
            if purpose in person.lists:
                self._statuses[audience, fold(person.email)] = _SEEDED[person.lists[purpose]]

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """With a `purpose`: `confirm` follows the link, `unsubscribe`, `bounce`; `sign_up` is by Mailchimp's form.

        `field_required`: the audience's owner asks for a field from now on.
        """
        place = self.world.mailing_lists[args["purpose"]].key, fold(person.email)
        if event == "field_required":
            self._asking.add(place[0])
            return
        if event not in _HAPPENS or (event == "confirm" and self._statuses.get(place) != "pending"):
            super().happen(event, person, args)
        self._statuses[place] = _HAPPENS[event]
        (self._left.add if event in {"unsubscribe", "bounce"} else self._left.discard)(place)
        self._forgotten.discard(place)

    def state(self, person: Person) -> dict[str, Any]:
        email = fold(person.email)
        lists = {self._purposes[place[0]]: status for place, status in self._statuses.items() if place[1] == email}
        forgotten = sorted(self._purposes[audience] for audience, who in self._forgotten if who == email)
        return {"known": bool(lists), "lists": lists, "forgotten": forgotten}

    def clear(self) -> None:
        self._statuses.clear()
        self._left.clear()
        self._forgotten.clear()
        self._asking.clear()

    def _get_list(self, call: Call) -> Answer:
        purpose = self._purposes.get(call.path["list_id"])
        return Answer(200, {"id": call.path["list_id"], "name": purpose}) if purpose else self.error(404)

    def _get(self, call: Call) -> Answer:
        place = self._place(call)
        return self._shown(place) if place in self._statuses else self.error(404)

    def _update(self, call: Call) -> Answer:
        place = self._place(call)
        return self._change(call, place, "status") if place in self._statuses else self.error(404)

    def _set(self, call: Call) -> Answer:
        if call.path["list_id"] not in self._purposes:
            return self.error(404)
        body = call.body if isinstance(call.body, dict) else {}
        email = fold(str(body.get("email_address", "")))
        if "@" not in email or _hash(email) != call.path["hash"]:
            return _problem(400, "Invalid Resource", "Please provide a valid email address.")
        place = call.path["list_id"], email
        if place in self._forgotten:
            return _problem(400, "Forgotten Email Not Subscribed", f"{email} {_FORGOTTEN}")
        return self._change(call, place, "status" if place in self._statuses else "status_if_new")

    def _change(self, call: Call, place: tuple[str, str] | None, key: str) -> Answer:
        assert place is not None  # noqa: S101 - the callers have looked
        wanted = call.body.get(key) if isinstance(call.body, dict) else None
        before = self._statuses.get(place)
        if wanted not in _ACCEPTED:
            return _problem(400, "Invalid Resource", "The resource submitted could not be validated.")
        if (wanted == "subscribed" and place in self._left) or (wanted == "pending" and before == "cleaned"):
            return _problem(400, "Member In Compliance State", f"{place[1]} {_IN_COMPLIANCE}")
        if place[0] in self._asking and call.params.get("skip_merge_validation") != "true":
            return _problem(400, "Invalid Resource", "Your merge fields were invalid.")
        self._statuses[place] = wanted
        effect = "grant" if wanted in {"subscribed", "pending"} else "withdraw"
        purpose = self._purposes[place[0]]
        self.record(call, effect, (place[1],), changed=wanted != before, purpose=purpose, state=wanted)
        return self._shown(place)

    def _archive(self, call: Call) -> Answer:
        place = self._place(call)
        if place is None or place not in self._statuses:
            return self.error(404)
        if self._statuses[place] in {"archived", "cleaned", "pending"}:
            return _problem(405, "Method Not Allowed", "This list member cannot be removed.")
        self._statuses[place] = "archived"
        self.record(call, "archive", (place[1],), changed=True)
        return Answer(204)

    def _forget(self, call: Call) -> Answer:
        place = self._place(call)
        if place is None or place not in self._statuses:
            return self.error(404)
        del self._statuses[place]
        self._left.discard(place)
        self._forgotten.add(place)
        self.record(call, "delete", (place[1],), changed=True, purpose=self._purposes[place[0]])
        return Answer(204)

    def _place(self, call: Call) -> tuple[str, str] | None:
        """Audience and address of the member in the path, whether there or not any more."""
        wanted = call.path.get("list_id"), call.path.get("hash")
        everybody = (*self._statuses, *self._forgotten)
        return next((place for place in everybody if (place[0], _hash(place[1])) == wanted), None)

    def _shown(self, place: tuple[str, str] | None) -> Answer:
        assert place is not None  # noqa: S101 - the callers have looked
        member = {"id": _hash(place[1]), "email_address": place[1], "status": self._statuses[place]}
        return Answer(200, {**member, "list_id": place[0]})


def _hash(email: str) -> str:
    return hashlib.md5(fold(email).encode(), usedforsecurity=False).hexdigest()


def _problem(status: int, title: str, detail: str) -> Answer:
    kind = "https://mailchimp.com/developer/marketing/docs/errors/"
    body = {"type": kind, "title": title, "status": status, "detail": detail, "instance": "sandbox"}
    return Answer(status, body, content_type="application/problem+json")
