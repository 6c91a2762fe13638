"""HubSpot: contacts (CRM v3) and subscriptions (communication preferences v4), https://api.hubapi.com.

- Paths, parameters, bodies: [S] HubSpot/HubSpot-public-api-spec-collection 9989379, contacts.json (v3) and
  subscriptions.json (v4). Without `verbose` unsubscribe-all says nothing of the statuses: [D]; asked for who is not
  out of all mail the answer has no results: [S].
- A status hangs on the address, known or not: [D] docs/methods/email/update_status.
- gdpr-delete answers 204; by an address that no contact has it puts that on a blocklist: [D] gdpr-delete-contact.
  DELETE archives for 90 days: [D] knowledge base. A deleted contact's address is blocked: [D] knowledge base.
- One contact per address: [D]. That the search finds a further address by `email`: [T]. It lags after a change: [C].
- batch/read, `archived` in its query: [S]; 207 with OBJECT_NOT_FOUND for those that aren't there: [T] community. That
  it finds an archived contact by its address [U].
- A deleted contact's id: 404 [U]. An unknown subscription: 400 [U]. SUBSCRIBED doesn't lift an opt-out from all [U].
- Errors: envelope [S]; texts for 401 and 429: [C], [D] usage guidelines. 100 calls in 10 s, free edition: [T]; 4
  searches a second: [D] changelog crm-search-api-rate-limit-increase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.clock import timestamp
from infra.sandbox.hubspot_contacts import Contacts
from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_BURST = (Limit(calls=100, window_s=10, together=True),)
_SEARCH = (*_BURST, Limit(calls=4, window_s=1))
_STATES = {"SUBSCRIBED": "grant", "UNSUBSCRIBED": "withdraw", "NOT_SPECIFIED": "update"}
_ERRORS = {
    400: ("VALIDATION_ERROR", "Invalid input JSON"),
    401: ("INVALID_AUTHENTICATION", "Authentication credentials not found."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "resource not found"),
    429: ("RATE_LIMITS", "You have reached your ten_secondly_rolling limit."),
}


class Hubspot(Vendor):
    name: ClassVar[str] = "hubspot"
    auth: ClassVar[str] = "bearer"
    forms: ClassVar[Mapping[str, str]] = {"token": "pat-eu1-{}"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._contacts = Contacts()
        self._out_of_all: set[str] = set()
        self._statuses: dict[str, dict[str, str]] = {}
        """Address, then purpose, to the state of its subscription."""
        self._blocked: set[str] = set()

    def operations(self) -> Iterable[Operation]:
        contacts, statuses = "/crm/v3/objects/contacts", "/communication-preferences/v4/statuses/{email}"
        definitions = "/communication-preferences/v4/definitions"
        yield Operation("definitions", "GET", definitions, self._definitions, limits=_BURST)
        yield Operation("search", "POST", f"{contacts}/search", self._search, limits=_SEARCH)
        yield Operation("gdpr_delete", "POST", f"{contacts}/gdpr-delete", self._gdpr_delete, limits=_BURST)
        yield Operation("batch_read", "POST", f"{contacts}/batch/read", self._batch_read, limits=_BURST)
        yield Operation("read", "GET", f"{contacts}/{{id}}", self._read, limits=_BURST)
        yield Operation("archive", "DELETE", f"{contacts}/{{id}}", self._archive, limits=_BURST)
        yield Operation("unsubscribe_all", "POST", f"{statuses}/unsubscribe-all", self._leave_all, limits=_BURST)
        yield Operation("wide_status", "GET", f"{statuses}/unsubscribe-all", self._wide, limits=_BURST)
        yield Operation("set_status", "POST", statuses, self._set, limits=_BURST)
        yield Operation("statuses", "GET", statuses, self._show, limits=_BURST)

    def error(self, status: int) -> Answer:
        category, message = _ERRORS.get(status, ("INTERNAL_ERROR", "Internal error"))
        correlation = "aeb5f871-7f07-4993-9211-075dc63e7cbf"
        return Answer(
            status, {"status": "error", "message": message, "correlationId": correlation, "category": category}
        )

    def identities(self, call: Call) -> Sequence[str]:
        if email := call.path.get("email"):
            return (email,)
        if call.verb == "search":
            return _searched(call)
        if call.verb == "batch_read":
            return _listed(call)
        contact = self._contacts.by_id(_object_id(call))
        return (contact.email,) if contact else ()

    def seed(self, person: Person) -> None:
        """Whoever stands in a CRM has one contact: there is one per address."""
        if person.crm:
            self._contacts.add(person.email)

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`create`: a form makes a contact; `further`: it gets one more `email`; `archive`: somebody archives it."""
        if event == "create":
            self._contacts.add(person.email, found_from=self.world.clock() + self.world.crm_search_lag_s)
        elif event == "further":
            self._contacts.add_further(person.email, args["email"])
        elif event == "archive" and (contact := self._contacts.of(person.email)):
            contact.archived = True
        else:
            super().happen(event, person, args)

    def state(self, person: Person) -> dict[str, Any]:
        email = fold(person.email)
        contact = self._contacts.of(email)
        return {
            "known": contact is not None,
            "archived": bool(contact and contact.archived),
            "out_of_all": email in self._out_of_all,
            "statuses": self._statuses.get(email, {}),
            "blocked": email in self._blocked,
        }

    def clear(self) -> None:
        self._contacts.clear()
        for kept in (self._out_of_all, self._statuses, self._blocked):
            kept.clear()

    def _definitions(self, _: Call) -> Answer:
        topics = self.world.topics.items()
        return self._done([{"id": str(topic.number), "name": purpose, "isActive": True} for purpose, topic in topics])

    def _search(self, call: Call) -> Answer:
        wanted = {fold(email) for email in _searched(call)}
        if not wanted:
            return self.error(400)
        found = [one.shown() for one in self._contacts.search(wanted, self.world.clock())]
        return Answer(200, {"total": len(found), "results": found})

    def _gdpr_delete(self, call: Call) -> Answer:
        named = _object_id(call)
        by_email = isinstance(call.body, dict) and call.body.get("idProperty") == "email"
        contact = self._contacts.of(named) if by_email else self._contacts.by_id(named)
        if contact is None and by_email:
            self._blocked.add(fold(named))
            self.record(call, "blocklist", (named,), changed=True)
            return Answer(204)
        if contact is None:
            return self.error(404)
        self._contacts.remove(contact)
        self._blocked |= contact.addresses
        self.record(call, "delete", (contact.email,), given=(contact.id,), changed=True)
        return Answer(204)

    def _batch_read(self, call: Call) -> Answer:
        if not isinstance(call.body, dict) or call.body.get("idProperty") != "email":
            return self.error(400)
        wanted, binned = _listed(call), call.params.get("archived") == "true"
        found = {email: one for email in wanted if (one := self._contacts.of(email)) and one.archived is binned}
        answer = self._done([one.shown() for one in found.values()])
        if missing := [email for email in wanted if email not in found]:
            error = {"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": missing}}
            return Answer(207, {**answer.body, "numErrors": 1, "errors": [error]})
        return answer

    def _read(self, call: Call) -> Answer:
        contact = self._contacts.by_id(call.path["id"])
        return Answer(200, contact.shown()) if contact else self.error(404)

    def _archive(self, call: Call) -> Answer:
        contact = self._contacts.by_id(call.path["id"])
        if contact:
            contact.archived = True
            self.record(call, "archive", (contact.email,), given=(contact.id,), changed=True)
        return Answer(204)

    def _leave_all(self, call: Call) -> Answer:
        if call.params.get("channel") != "EMAIL":
            return self.error(400)
        email = fold(call.path["email"])
        changed = email not in self._out_of_all
        self._out_of_all.add(email)
        mine = self._statuses.setdefault(email, {})
        mine.update(dict.fromkeys(mine, "UNSUBSCRIBED"))
        self.record(call, "withdraw", (email,), changed=changed, purpose="*")
        shown = self._shown(email) if call.params.get("verbose") == "true" else []
        return self._done(shown)

    def _wide(self, call: Call) -> Answer:
        email = fold(call.path["email"])
        wide = {"channel": "EMAIL", "subscriberIdString": email, "status": "UNSUBSCRIBED"}
        wide |= {"wideStatusType": "PORTAL_WIDE", "timestamp": timestamp(self.world.clock())}
        return self._done([wide] if email in self._out_of_all else [])

    def _set(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        email, state = fold(call.path["email"]), str(body.get("statusState"))
        purpose = self.world.topic_of(body.get("subscriptionId"))
        if body.get("channel") != "EMAIL" or state not in _STATES or purpose is None:
            return self.error(400)
        mine = self._statuses.setdefault(email, {})
        changed = mine.get(purpose) != state
        mine[purpose] = state
        self.record(call, _STATES[state], (email,), changed=changed, purpose=purpose)
        return self._done([one for one in self._shown(email) if one["subscriptionId"] == body["subscriptionId"]])

    def _show(self, call: Call) -> Answer:
        return self._done(self._shown(fold(call.path["email"])))

    def _shown(self, email: str) -> list[dict[str, Any]]:
        common = {"channel": "EMAIL", "subscriberIdString": email, "source": "PUBLIC_STATUSES_API"}
        common["timestamp"] = timestamp(self.world.clock())
        mine = self._statuses.get(email, {})
        topics = self.world.topics
        return [{**common, "subscriptionId": topics[purpose].number, "status": mine[purpose]} for purpose in mine]

    def _done(self, results: list[dict[str, Any]]) -> Answer:
        at = timestamp(self.world.clock())
        return Answer(200, {"status": "COMPLETE", "startedAt": at, "completedAt": at, "results": results})


def _searched(call: Call) -> tuple[str, ...]:
    """The addresses that a search is for: `email` EQ, or a further one."""
    groups = call.body.get("filterGroups", []) if isinstance(call.body, dict) else []
    filters = [one for group in groups for one in group["filters"]]
    names = {"email", "hs_additional_emails"}
    return tuple(dict.fromkeys(str(one["value"]) for one in filters if one["propertyName"] in names))


def _listed(call: Call) -> tuple[str, ...]:
    inputs = call.body.get("inputs", []) if isinstance(call.body, dict) else []
    return tuple(str(one["id"]) for one in inputs)


def _object_id(call: Call) -> str:
    named = call.body.get("objectId") if isinstance(call.body, dict) else call.path.get("id")
    return str(named)
