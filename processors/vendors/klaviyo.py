"""Klaviyo, JSON:API revision 2026-07-15: profiles, their consents by channel, and lists.

Specification: github.com/klaviyo/openapi f0a30ba, `openapi/stable/apis/`: bulk_subscribe_profiles,
bulk_unsubscribe_profiles, request_profile_deletion, get_profiles, get_list_ids_for_profile, get_list.
Limits, errors: https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling

Whatever changes a person is taken in as a job (202) that can't be asked about; only what became of the profile can.
Unsubscribing names a list and unsubscribes everywhere whoever isn't on it, and makes a profile of a stranger: so the
profile and its lists are looked up first.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Instruction, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.klaviyo_jobs import deletion, reached_by, subscription, unsubscription
from processors.vendors.klaviyo_profiles import Profile, look_up, members_of, names_of, opt_in_of
from processors.vendors.later import DAY_S, Undone
from processors.vendors.mailing_lists import PurposeLists
from processors.vendors.second_look import noted_first
from schemas.errors import MissingIdentity, VendorRefused
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.base import ReadBackScript, Step
    from schemas.records import Action

_USUAL = ("profiles", "lists", "subscriptions")
_SLOW = ("memberships", "deletions")
_TYPES = {"email": "email", "sms": "phone"}


class Klaviyo(Vendor):
    name = "klaviyo"
    title = "Klaviyo"
    docs = "https://developers.klaviyo.com/en/reference/api_overview"
    base_url = "https://a.klaviyo.com"
    channels = ("email", "sms")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="a job subscribes to the purpose's list; where the list has double opt-in the person must confirm",
        ),
        "withdraw": Capability(
            closing="accepted",
            read_back_s=3600.0,
            says="a job unsubscribes the profiles on the purpose's list from it; for all purposes from everything",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,
            read_back_s=DAY_S,
            says="a deletion job for each profile with the address or number; it has no status to ask",
        ),
    }
    identifies_by = ("email", "phone")
    auth = "api_key"
    key_header = ("authorization", "Klaviyo-API-Key {}")
    headers: ClassVar[Mapping[str, str]] = {"revision": "2026-07-15"}
    # Each call's page in the specification has its two windows; fixed, one for each, so a sliding one keeps it too.
    limits = (
        Window(calls=75, seconds=1, apis=_USUAL),
        Window(calls=700, seconds=60, apis=_USUAL),
        Window(calls=3, seconds=1, apis=_SLOW),
        Window(calls=60, seconds=60, apis=_SLOW),
    )
    documented: ClassVar[Mapping[int, str]] = {404: "no such list"}
    traps = (
        "unsubscribing with a list unsubscribes everywhere whoever isn't on it: only members are sent",
        "unsubscribing a stranger makes a profile: who isn't found is not sent",
        "a grant lifts the suppressions UNSUBSCRIBE, SPAM_REPORT and USER_SUPPRESSED",
        "a grant that is tried twice may mail the person two links",
    )
    evidence = (
        ("S", "klaviyo/openapi@f0a30ba openapi/stable, revision 2026-07-15"),
        ("D", "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling"),
        ("D", "https://developers.klaviyo.com/en/docs/filtering_"),
    )
    unverified = (
        "that a member of the named list stays subscribed elsewhere: said only by what is said of others",
        "how long a deletion takes: the person is looked for after a day",
    )
    checked = "bodies of calls, parameters and the sandbox's answers validated against klaviyo/openapi@f0a30ba, once"
    options_type: ClassVar[type[PurposeLists]] = PurposeLists
    example: ClassVar[Mapping[str, Any]] = {"lists": {"newsletter": "Y6nRLr"}}
    options: PurposeLists

    @property
    def apis(self) -> tuple[str, ...]:
        return *_USUAL, *_SLOW

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        people = reached_by(names_of(instruction), _channels(instruction))
        if not people:
            raise MissingIdentity(*(_TYPES[channel] for channel in _channels(instruction)))
        opt_in = yield from opt_in_of(self.options.of(instruction))
        replies = all_good((yield tuple(subscription(people, one) for one in opt_in)))
        at_once = set(opt_in.values()) == {"single_opt_in"}
        detail = "single_opt_in" if at_once else "pending_opt_in"
        return Result("accepted", evidence=replies[-1].evidence(detail=detail))

    def withdraw(self, instruction: Instruction) -> Script:
        channels = _channels(instruction)
        found = yield from look_up(names_of(instruction))
        reached = [one for one in found.profiles if any(map(one.reached_by, channels))]
        if instruction.all_purposes:
            jobs = [unsubscription(reached, channels)] if reached else []
        else:
            members = yield from members_of(self.options.of(instruction), reached)
            jobs = [unsubscription(some, channels, one) for one, some in members.items() if some]
        replies = all_good((yield tuple(jobs))) if jobs else []
        self.options.require_all(instruction)
        if not replies:
            return Result("no_match", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))
        return Result("accepted", evidence=replies[-1].evidence(detail=f"jobs={len(jobs)}"))

    def delete(self, instruction: Instruction) -> Script:
        found = yield from look_up(names_of(instruction))
        due = yield from noted_first(instruction, [one.id for one in found.profiles])
        if not due:
            return Result("no_match", evidence=found.last.evidence())
        jobs = tuple(deletion(one.id) for one in found.profiles)
        replies = all_good((yield jobs)) if jobs else [found.last]
        return Result("accepted", evidence=replies[-1].evidence(detail=f"unconfirmed, profiles={len(due)}"))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(names_of(instruction))
        about: dict[str, Any] = {"status": found.last.status, "response_sha256": found.last.sha256}
        if instruction.action == "delete" and found.profiles:
            return Undone(VendorRefused("found_again", **about))
        if instruction.action == "withdraw" and (yield from self._is_mailed(instruction, found.profiles)):
            return Undone(VendorRefused("subscribed_again", **about))
        return Result("verified", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))

    def _is_mailed(self, instruction: Instruction, profiles: Sequence[Profile]) -> Generator[Step, Any, bool]:
        channels = _channels(instruction)
        if instruction.all_purposes:
            return any(one.may_mail.get(channel) for one in profiles for channel in channels)
        reached = [one for one in profiles if any(map(one.reached_by, channels))]
        return any((yield from members_of(self.options.of(instruction), reached)).values())

    def probe(self) -> Call:
        return Call("GET", f"/api/lists/{self.options.every_list[0]}", api="lists")

    def rehearse(self, call: Call) -> Reply:
        if call.method == "POST":
            return Reply(202)
        return Reply(200, {}, json.dumps(_played(call, self.options)).encode())


def _channels(instruction: Instruction) -> list[str]:
    return [channel for channel in Klaviyo.channels if channel in {one for _, one in instruction.cells}]


def _played(call: Call, options: PurposeLists) -> dict[str, Any]:
    if call.path.startswith("/api/lists/"):
        return {"data": {"type": "list", "attributes": {"opt_in_process": "double_opt_in"}}}
    if call.path.endswith("/lists"):
        return {"data": [{"type": "list", "id": one} for one in options.every_list]}
    attribute, value = re.findall(r'\((\w+),"(.*)"\)', call.params["filter"])[0]
    attributes = {"email": None, "phone_number": None, "subscriptions": None, attribute: value}
    return {"data": [{"type": "profile", "id": "PROFILE-ID", "attributes": attributes}]}
