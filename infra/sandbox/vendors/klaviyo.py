"""Klaviyo, host a.klaviyo.com, revision 2026-07-15.

- Paths, bodies, statuses, windows, envelope of errors, header `revision`: [S] klaviyo/openapi f0a30ba, a file each
  call; that a deletion job with several identifiers is an error, that an unsubscription makes a profile of a
  stranger and unsubscribes everywhere whoever isn't on the named list: [S] in words.
- Codes of errors, Retry-After with a 429: [D] rate_limits_and_error_handling. An unknown list in a job: 404 [U].
- Jobs are applied after `jobs.takes_s`; how long Klaviyo's take: [U]. Can't be asked about, but for the profile: [S].
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.klaviyo_profiles import Profile, Profiles
from infra.sandbox.later import Later
from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World

_USUAL = (Limit(calls=75, window_s=1), Limit(calls=750, window_s=60))
_SLOW = (Limit(calls=3, window_s=1), Limit(calls=60, window_s=60))
_CODES = {
    400: ("invalid", "Invalid input."),
    401: ("authentication_failed", "Incorrect authentication credentials."),
    403: ("permission_denied", "You do not have permission to perform this action."),
    404: ("not_found", "Not found."),
    429: ("throttled", "Request was throttled. Expected available in 1 second."),
}


Apply = Callable[[Call, dict[str, Any], str | None], None]


class Klaviyo(Vendor):
    name: ClassVar[str] = "klaviyo"
    auth: ClassVar[str] = "api_key"
    key_header: ClassVar[tuple[str, str]] = ("authorization", "Klaviyo-API-Key {}")
    forms: ClassVar[Mapping[str, str]] = {"api_key": "pk_{}"}
    required: ClassVar[Mapping[str, str]] = {"revision": "2026-07-15"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}
        self._profiles = Profiles()
        self.jobs = Later(world.clock)

    def operations(self) -> Iterable[Operation]:
        member = "/api/profiles/{id}/relationships/lists"
        job = "/api/profile-subscription-bulk"
        for verb, method, path, handle, limits in (
            ("get_profiles", "GET", "/api/profiles", self._search, _USUAL),
            ("get_profile", "GET", "/api/profiles/{id}", self._profile, _USUAL),
            ("get_list_ids_for_profile", "GET", member, self._memberships, _SLOW),
            ("get_list", "GET", "/api/lists/{id}", self._list, _USUAL),
            ("bulk_subscribe_profiles", "POST", f"{job}-create-jobs", self._subscribe, _USUAL),
            ("bulk_unsubscribe_profiles", "POST", f"{job}-delete-jobs", self._unsubscribe, _USUAL),
            ("request_profile_deletion", "POST", "/api/data-privacy-deletion-jobs", self._delete, _SLOW),
        ):
            yield Operation(verb, method, path, handle, limits=limits)

    def error(self, status: int) -> Answer:
        code, detail = _CODES.get(status, ("error", "A server error occurred."))
        said = {"id": "sandbox", "status": status, "code": code, "title": detail, "detail": detail, "source": {}}
        return Answer(status, {"errors": [said]}, content_type="application/vnd.api+json")

    def throttled(self, limit: Limit | None) -> Answer:
        wait = "60" if limit and limit.window_s > 1 else "1"
        return Answer(429, self.error(429).body, headers={"Retry-After": wait})

    def identities(self, call: Call) -> Sequence[str]:
        asked = re.findall(r'"([^"]*)"', call.params.get("filter", ""))
        attributes = _data(call).get("attributes", {})
        several = [*attributes.get("profiles", {}).get("data", []), attributes.get("profile", {}).get("data", {})]
        known = [self._profiles.all.get(one.get("id", call.path.get("id", ""))) for one in several]
        named = [one.get("attributes", {}) for one in several] + [one.names() for one in known if one]
        return (*asked, *(str(one[key]) for one in named for key in ("email", "phone_number") if one.get(key)))

    def seed(self, person: Person) -> None:
        if not person.lists:
            return
        profile = self._profiles.add(person.email, person.phone)
        profile.lists = {purpose for purpose, state in person.lists.items() if state == "active"}
        profile.consents["email"] = "SUBSCRIBED" if profile.lists else "UNSUBSCRIBED"
        if person.phone:
            profile.consents["sms"] = profile.consents["email"]

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`confirm` with a `purpose` follows the link; `leave` takes off a list; `add` makes another profile."""
        self.jobs.settle()
        mine = self._profiles.matching(_names(person))
        if event == "add":
            self._profiles.add(person.email, person.phone)
        elif event == "leave":
            for profile in mine:
                profile.lists.discard(args["purpose"])
        elif event == "confirm" and any(args["purpose"] in profile.pending for profile in mine):
            for profile in mine:
                profile.pending.discard(args["purpose"])
                profile.lists.add(args["purpose"])
                profile.consents["email"] = "SUBSCRIBED"
        else:
            super().happen(event, person, args)

    def state(self, person: Person) -> dict[str, Any]:
        self.jobs.settle()
        mine = self._profiles.matching(_names(person))
        return {
            "known": bool(mine),
            "profiles": len(mine),
            "consents": [profile.consents for profile in mine],
            "lists": sorted({purpose for profile in mine for purpose in profile.lists}),
            "pending": sorted({purpose for profile in mine for purpose in profile.pending}),
        }

    def clear(self) -> None:
        self._profiles.all.clear()
        self.jobs.clear()

    def _search(self, call: Call) -> Answer:
        self.jobs.settle()
        asked = re.fullmatch(r'equals\((email|phone_number),"([^"\\]+)"\)', call.params.get("filter", ""))
        if not asked:
            return self.error(400)
        found = self._profiles.matching({asked[1]: asked[2]})
        return Answer(200, {"data": [one.shown() for one in found], "links": {"self": call.url_path}})

    def _profile(self, call: Call) -> Answer:
        self.jobs.settle()
        profile = self._profiles.all.get(call.path["id"])
        return self.error(404) if profile is None else Answer(200, {"data": profile.shown()})

    def _memberships(self, call: Call) -> Answer:
        self.jobs.settle()
        profile = self._profiles.all.get(call.path["id"])
        if profile is None:
            return self.error(404)
        keys = [self.world.mailing_lists[purpose].key for purpose in sorted(profile.lists)]
        return Answer(200, {"data": [{"type": "list", "id": key} for key in keys]})

    def _list(self, call: Call) -> Answer:
        purpose = self._purposes.get(call.path["id"])
        if purpose is None:
            return self.error(404)
        process = "double_opt_in" if self.world.mailing_lists[purpose].signup_form else "single_opt_in"
        data = {"type": "list", "id": call.path["id"], "attributes": {"name": purpose, "opt_in_process": process}}
        return Answer(
            200, {"data": data | {"links": {"self": f"https://a.klaviyo.com/api/lists/{call.path['id']}/"}}}
        )

    def _subscribe(self, call: Call) -> Answer:
        return self._taken(call, "profile-subscription-bulk-create-job", "SUBSCRIBED", self._granted, most=1000)

    def _unsubscribe(self, call: Call) -> Answer:
        return self._taken(call, "profile-subscription-bulk-delete-job", "UNSUBSCRIBED", self._withdrawn, most=100)

    def _taken(
        self,
        call: Call,
        kind: str,
        consent: str,
        apply: Callable[[Call, dict[str, Any], str | None], None],
        most: int,
    ) -> Answer:
        """A job over several profiles, if it is one as it should be."""
        data = _data(call)
        entries = data.get("attributes", {}).get("profiles", {}).get("data", [])
        key = data.get("relationships", {}).get("list", {}).get("data", {}).get("id")
        good = [one["attributes"] for one in entries if _says(one, consent)]
        if data.get("type") != kind or not 0 < len(good) == len(entries) <= most:
            return self.error(400)
        if key is not None and key not in self._purposes:
            return self.error(404)
        for attributes in good:
            self.jobs.put(lambda who=attributes: apply(call, who, self._purposes.get(key)))  # type: ignore[misc]
        return Answer(202)

    def _granted(self, call: Call, attributes: dict[str, Any], purpose: str | None) -> None:
        profile = self._profiles.one(attributes)
        before = (set(profile.lists), set(profile.pending))
        if purpose and self.world.mailing_lists[purpose].signup_form and purpose not in profile.lists:
            profile.pending.add(purpose)
        else:
            profile.consents |= dict.fromkeys(attributes["subscriptions"], "SUBSCRIBED")
            profile.lists |= {purpose} if purpose else set()
        changed = before != (profile.lists, profile.pending)
        self.record(call, "grant", _whom(profile), changed=changed, purpose=purpose or "*")

    def _withdrawn(self, call: Call, attributes: dict[str, Any], purpose: str | None) -> None:
        profile = self._profiles.one(attributes)
        if purpose in profile.lists:
            profile.lists.discard(purpose)
            self.record(call, "withdraw", _whom(profile), changed=True, purpose=purpose)
            return
        before = dict(profile.consents)
        profile.consents |= dict.fromkeys(attributes["subscriptions"], "UNSUBSCRIBED")
        profile.lists.clear()
        profile.pending.clear()
        self.record(call, "withdraw", _whom(profile), changed=before != profile.consents, purpose="*")

    def _delete(self, call: Call) -> Answer:
        data = _data(call)
        who = data.get("attributes", {}).get("profile", {}).get("data", {})
        attributes = {key: value for key, value in who.get("attributes", {}).items() if value}
        if data.get("type") != "data-privacy-deletion-job" or len(attributes) + ("id" in who) != 1:
            return self.error(400)
        self.jobs.put(lambda: self._deleted(call, who.get("id"), attributes))
        return Answer(202)

    def _deleted(self, call: Call, profile_id: str | None, attributes: dict[str, Any]) -> None:
        known = self._profiles.all.get(profile_id or "")
        for profile in [known] if known else self._profiles.matching(attributes):
            del self._profiles.all[profile.id]
            self.record(call, "delete", _whom(profile), given=(profile.id,), changed=True)


def _whom(profile: Profile) -> tuple[str, ...]:
    return (profile.email or profile.phone or profile.id,)


def _names(person: Person) -> dict[str, Any]:
    return {"email": fold(person.email), "phone_number": person.phone}


def _says(entry: dict[str, Any], consent: str) -> bool:
    """Whether an entry of a job is a profile with this consent for each of its channels, and nothing else."""
    said = entry.get("attributes", {}).get("subscriptions", {})
    return entry.get("type") == "profile" and all(one == {"marketing": {"consent": consent}} for one in said.values())


def _data(call: Call) -> dict[str, Any]:
    data = call.body.get("data") if isinstance(call.body, dict) else None
    return data if isinstance(data, dict) else {}
