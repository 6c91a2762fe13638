"""Braze, host rest.<cluster>; braze.com/docs/api, and its repository braze-inc/braze-docs.

- Paths, bodies, at most 50 addresses or ids in a call, `message`, `deleted`, `invalid_user_ids`, limits and their
  headers: [D]. Status 201 of a POST: [T] (developers.qodex.ai/braze-public), of /users/delete [U].
- The status of an address that no profile has is kept for a later one: [D]. The group call for such an address: [U],
  here it is taken and changes nothing.
- Deletion is queued, and answered with `deleted` alone: [D]; it takes `queue_s` here. Only `braze_ids` are spoken:
  the relay sends nothing else.
- GET /subscription/user/status: [C] (npm braze-api 2.13); `limit` is 100 and no more, from `offset` on: [D]. Words of
  the errors: [U].

A person has as many profiles as records in the CRM; a purpose's group has the key of its mailing list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_MOST = 50
_STATES = ("subscribed", "unsubscribed", "opted_in")
_EXPORT = Limit(calls=250, window_s=60)
_GROUPS = Limit(calls=5_000, window_s=60)
_DELETE = Limit(calls=20_000, window_s=60)
_USUAL = Limit(calls=250_000, window_s=3600, together=True)
_WORDS = {401: "Invalid API key", 403: "Invalid permission", 404: "Not Found", 429: "Rate limit exceeded"}


@dataclass(slots=True)
class _Profile:
    braze_id: str
    email: str
    mail: str = "subscribed"
    groups: dict[str, bool] = field(default_factory=dict)
    gone_at: float = float("inf")


class Braze(Vendor):
    name: ClassVar[str] = "braze"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.queue_s = 0.0
        self._profiles: dict[str, _Profile] = {}
        self._kept: dict[str, str] = {}
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}

    def operations(self) -> Iterable[Operation]:
        yield Operation("export", "POST", "/users/export/ids", self._export, limits=(_EXPORT,))
        yield Operation("delete", "POST", "/users/delete", self._delete, limits=(_DELETE,))
        yield Operation("groups", "POST", "/v2/subscription/status/set", self._set_groups, limits=(_GROUPS,))
        yield Operation("status", "POST", "/email/status", self._set_status, limits=(_USUAL,))
        yield Operation("standing", "GET", "/subscription/user/status", self._standing, limits=(_USUAL,))

    def error(self, status: int) -> Answer:
        return Answer(status, {"message": _WORDS.get(status, "Internal server error")})

    def throttled(self, limit: Limit | None) -> Answer:
        answer = self.error(429)
        if limit is None:
            return answer
        until = ceil(self.world.clock() + limit.window_s)
        told = {"X-RateLimit-Limit": str(limit.calls), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(until)}
        return Answer(429, answer.body, headers=told)

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else {}
        emails = [call.params.get("email"), body.get("email_address"), *_list(body.get("email"))]
        emails += [email for group in _list(body.get("subscription_groups")) for email in group.get("emails", ())]
        emails += [self._profiles[key].email for key in _list(body.get("braze_ids")) if key in self._profiles]
        return tuple(str(email) for email in emails if email)

    def seed(self, person: Person) -> None:
        groups = {purpose: state == "active" for purpose, state in person.lists.items()}
        for number in range(len(person.crm)):
            key = f"braze-{person.key}-{number}"
            email = fold(person.email)
            self._profiles[key] = _Profile(key, email, self._kept.get(email, "subscribed"), dict(groups))

    def state(self, person: Person) -> dict[str, Any]:
        mine = self._of(person.email)
        return {
            "known": bool(mine),
            "profiles": len(mine),
            "mail": sorted({one.mail for one in mine}) or [self._kept.get(fold(person.email), "subscribed")],
            "groups": {purpose: any(one.groups.get(purpose, False) for one in mine) for purpose in person.lists},
        }

    def clear(self) -> None:
        self._profiles.clear()
        self._kept.clear()

    def _export(self, call: Call) -> Answer:
        wanted = call.body.get("email_address") if isinstance(call.body, dict) else None
        if not wanted or not call.body.get("fields_to_export"):
            return _refused("email_address and fields_to_export are required")
        users = [
            {"braze_id": one.braze_id, "email": one.email, "email_subscribe": one.mail} for one in self._of(wanted)
        ]
        return _said(users=users)

    def _delete(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        keys = body.get("braze_ids")
        if set(body) != {"braze_ids"} or not isinstance(keys, list) or not 0 < len(keys) <= _MOST:
            return _refused("exactly one kind of identifier, at most 50 of them")
        found = [self._profiles[key] for key in keys if key in self._profiles]
        for one in found:
            one.gone_at = min(one.gone_at, self.world.clock() + self.queue_s)
        if found:
            self.record(call, "delete", [one.email for one in found], given=keys, changed=True)
        return Answer(201, {"deleted": len(found)})  # documented without `message`

    def _set_groups(self, call: Call) -> Answer:
        asked = _list(call.body.get("subscription_groups")) if isinstance(call.body, dict) else []
        if not asked or not all(self._is_good(one) for one in asked):
            return _refused("subscription_groups is invalid")
        for one in asked:
            purpose = self._purposes[one["subscription_group_id"]]
            joins = one["subscription_state"] == "subscribed"
            known = [profile for email in one["emails"] for profile in self._of(email)]
            changed = any(profile.groups.get(purpose, False) is not joins for profile in known)
            for profile in known:
                profile.groups[purpose] = joins
            effect = "grant" if joins else "withdraw"
            self.record(call, effect, map(fold, one["emails"]), changed=changed, purpose=purpose)
        return _said()

    def _set_status(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        emails, state = [fold(str(email)) for email in _list(body.get("email"))], body.get("subscription_state")
        if not 0 < len(emails) <= _MOST or state not in _STATES:
            return _refused("email or subscription_state is invalid")
        changed = any(self._kept.get(email) != state for email in emails)
        for email in emails:
            self._kept[email] = state
            for one in self._of(email):
                one.mail = state
        effect = "withdraw" if state == "unsubscribed" else "grant"
        self.record(call, effect, emails, changed=changed, purpose="*")
        return _said()

    def _standing(self, call: Call) -> Answer:
        words = {True: "Subscribed", False: "Unsubscribed"}
        users = [
            {
                "email": one.email,
                "subscription_groups": [
                    {"id": self.world.mailing_lists[purpose].key, "channel": "email", "status": words[joined]}
                    for purpose, joined in one.groups.items()
                ],
            }
            for one in self._of(call.params.get("email", ""))
        ]
        first, most = call.number("offset", 0), min(call.number("limit", 100), 100)
        page = users[first : first + most]
        return Answer(200, {"message": "success", "users": page, "total_count": len(users)})

    def _of(self, email: str) -> list[_Profile]:
        now = self.world.clock()
        self._profiles = {key: one for key, one in self._profiles.items() if now < one.gone_at}
        return [one for one in self._profiles.values() if one.email == fold(email)]

    def _is_good(self, one: Mapping[str, Any]) -> bool:
        states, emails = _STATES[:2], one.get("emails")
        known = one.get("subscription_group_id") in self._purposes and one.get("subscription_state") in states
        return known and isinstance(emails, list) and 0 < len(emails) <= _MOST


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _said(**more: Any) -> Answer:
    return Answer(201, {"message": "success", **more})


def _refused(why: str) -> Answer:
    return Answer(400, {"message": why})
