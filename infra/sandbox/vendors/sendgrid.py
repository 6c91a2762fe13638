"""Twilio SendGrid, API v3, host api.sendgrid.com.

- Paths, bodies, statuses, and that a group which isn't there puts the address on the global list: [S]
  twilio/sendgrid-oai dbe0e0d, tsg_suppressions_v3, tsg_mc_contacts_v3, tsg_recipients_data_erasure_v3.
- Errors are `{"errors": [{"field", "message"}]}` [S]. An address that isn't in the group: 404 [U];
  that isn't on the global list: 204 [C] sendgrid/docs issue 6194.
- The erasure takes at once, and suppressions with it [U]. 100 calls of it a minute [S].
- delete_all_contacts does what it says [S].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.sandbox.world import World

GROUPS = {100: "newsletter", 101: "surveys"}
"""Unsubscribe groups by id."""
_ERASURES = (Limit(calls=100, window_s=60),)
_EVERYWHERE = 0
_MADE = "2026-01-02T10:00:00Z"
_MESSAGES = {401: "authorization required", 403: "access forbidden", 404: "not found", 429: "too many requests"}


class Sendgrid(Vendor):
    name: ClassVar[str] = "sendgrid"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._suppressed: dict[int, set[str]] = {group: set() for group in (_EVERYWHERE, *GROUPS)}
        self._contacts: dict[str, str] = {}
        self._erased: set[str] = set()
        self._jobs = 0

    def operations(self) -> Iterable[Operation]:
        group, everywhere, contacts = (
            "/v3/asm/groups/{group}",
            "/v3/asm/suppressions/global",
            "/v3/marketing/contacts",
        )
        yield Operation("groups", "GET", "/v3/asm/groups", self._groups)
        yield Operation("suppress", "POST", f"{group}/suppressions", self._suppress)
        yield Operation("search_group", "POST", f"{group}/suppressions/search", self._in_group)
        yield Operation("lift", "DELETE", f"{group}/suppressions/{{email}}", self._lift)
        yield Operation("suppress_global", "POST", everywhere, self._suppress)
        yield Operation("get_global", "GET", f"{everywhere}/{{email}}", self._get_global)
        yield Operation("lift_global", "DELETE", f"{everywhere}/{{email}}", self._lift)
        yield Operation("search_contacts", "POST", f"{contacts}/search/emails", self._search)
        yield Operation("delete_contacts", "DELETE", contacts, self._delete)
        yield Operation("erasejob", "POST", "/v3/recipients/erasejob", self._erase, limits=_ERASURES)

    def error(self, status: int) -> Answer:
        return Answer(status, {"errors": [{"field": "", "message": _MESSAGES.get(status, "internal error")}]})

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else {}
        named = [one for key in ("recipient_emails", "emails", "email_addresses") for one in body.get(key, ())]
        return (*named, *([call.path["email"]] if "email" in call.path else []))

    def seed(self, person: Person) -> None:
        if person.lists:
            self._contacts[f"contact-{len(self._contacts)}"] = fold(person.email)

    def state(self, person: Person) -> dict[str, Any]:
        email = fold(person.email)
        groups = sorted(name for group, name in GROUPS.items() if email in self._suppressed[group])
        contacts = sum(one == email for one in self._contacts.values())
        everywhere = email in self._suppressed[_EVERYWHERE]
        known = bool(groups or everywhere or contacts)
        erased = email in self._erased
        return {"known": known, "groups": groups, "global": everywhere, "contacts": contacts, "erased": erased}

    def clear(self) -> None:
        self._contacts.clear()
        self._erased.clear()
        for addresses in self._suppressed.values():
            addresses.clear()

    def _groups(self, _: Call) -> Answer:
        about = {"description": "mails of this kind", "is_default": False, "unsubscribes": 0}
        return Answer(200, [{"id": group, "name": name, **about} for group, name in GROUPS.items()])

    def _group(self, call: Call) -> int:
        """The global list stands for what isn't there."""
        text = call.path.get("group", "")
        return int(text) if text.isdecimal() and int(text) in GROUPS else _EVERYWHERE

    def _suppress(self, call: Call) -> Answer:
        group, emails = self._group(call), [fold(one) for one in call.body["recipient_emails"]]
        changed = not set(emails) <= self._suppressed[group]
        self._suppressed[group] |= set(emails)
        self.record(call, "withdraw", emails, changed=changed, purpose=GROUPS.get(group, "*"))
        return Answer(201, {"recipient_emails": call.body["recipient_emails"]})

    def _in_group(self, call: Call) -> Answer:
        return Answer(
            200, [one for one in call.body["recipient_emails"] if fold(one) in self._suppressed[self._group(call)]]
        )

    def _get_global(self, call: Call) -> Answer:
        email = fold(call.path["email"])
        return Answer(200, {"recipient_email": email} if email in self._suppressed[_EVERYWHERE] else {})

    def _lift(self, call: Call) -> Answer:
        group, email = self._group(call), fold(call.path["email"])
        if email not in self._suppressed[group]:
            return Answer(204) if group == _EVERYWHERE else self.error(404)
        self._suppressed[group].discard(email)
        self.record(call, "grant", (email,), changed=True, purpose=GROUPS.get(group, "*"))
        return Answer(204)

    def _search(self, call: Call) -> Answer:
        wanted = [fold(one) for one in call.body["emails"]]
        about = {"list_ids": [], "segment_ids": [], "created_at": _MADE, "updated_at": _MADE}
        found = {email: {"contact": {"id": one, "email": email, **about}} for one, email in self._contacts.items()}
        if not set(found) & set(wanted):
            return self.error(404)
        return Answer(200, {"result": {one: found.get(one, {"error": "contact not found"}) for one in wanted}})

    def _delete(self, call: Call) -> Answer:
        everybody = call.params.get("delete_all_contacts") == "true"
        ids = list(self._contacts) if everybody else call.params.get("ids", "").split(",")
        gone = [self._contacts.pop(one) for one in ids if one in self._contacts]
        if not everybody and not call.params.get("ids"):
            return self.error(400)
        self.record(call, "delete", gone, changed=bool(gone))
        return self._job()

    def _erase(self, call: Call) -> Answer:
        emails = {fold(one) for one in call.body["email_addresses"]}
        bad = [one for one in emails if "@" not in one]
        if bad:
            return Answer(400, {"errors": [{"message": f"Email_address {bad[0]} is not valid", "field": "email"}]})
        for addresses in self._suppressed.values():
            addresses.difference_update(emails)
        self.record(call, "erase", emails, changed=not emails <= self._erased)
        self._erased |= emails
        return self._job()

    def _job(self) -> Answer:
        self._jobs += 1
        return Answer(202, {"job_id": f"job-{self._jobs}"})
