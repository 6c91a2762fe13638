"""Klaviyo: the jobs that change people. Each is taken in with 202 and no body.

Guards: a deletion job has one identifier, as several are an error; a subscription is never called historical, which
would skip the double opt-in; an unsubscription names its channels, as another one's consent is not ours to end.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from processors.vendors.base import Instruction
    from processors.vendors.klaviyo.profiles import Profile

_ATTRIBUTE = {"email": "email", "sms": "phone_number"}


def channels_of(instruction: Instruction) -> list[str]:
    """Those of Klaviyo's that it is about."""
    return [channel for channel in _ATTRIBUTE if channel in {one for _, one in instruction.cells}]


def reached_by(names: Iterable[tuple[str, str]], channels: Sequence[str]) -> list[dict[str, str]]:
    """Channel → address or number: the first of each are one profile, and so on."""
    known = list(names)
    each = [[value for name, value in known if name == _ATTRIBUTE[channel]] for channel in channels]
    return [{one: value for one, value in zip(channels, row, strict=True) if value} for row in zip_longest(*each)]


def subscription(people: Iterable[Mapping[str, str]], to: str) -> Call:
    """`people`: what each is reached by, channel → the address or number."""
    data = [_profile(one, "SUBSCRIBED") for one in people]
    return _job("profile-subscription-bulk-create-job", {"profiles": {"data": data}}, "subscriptions", to)


def unsubscription(profiles: Iterable[Profile], channels: Sequence[str], of: str | None = None) -> Call:
    """`of`: a list that all of them are on; None: everywhere."""
    reached = [{channel: one.reached_by(channel) for channel in channels} for one in profiles]
    data = [_profile({key: value for key, value in one.items() if value}, "UNSUBSCRIBED") for one in reached]
    return _job("profile-subscription-bulk-delete-job", {"profiles": {"data": data}}, "subscriptions", of)


def deletion(profile: str) -> Call:
    who = {"type": "profile", "id": profile, "attributes": {}}
    return _job("data-privacy-deletion-job", {"profile": {"data": who}}, "deletions")


def _profile(reached: Mapping[str, str | None], consent: str) -> dict[str, Any]:
    names = {_ATTRIBUTE[channel]: value for channel, value in reached.items()}
    consents = {channel: {"marketing": {"consent": consent}} for channel in reached}
    return {"type": "profile", "attributes": {**names, "subscriptions": consents}}


def _job(kind: str, attributes: Mapping[str, Any], api: str, mailing_list: str | None = None) -> Call:
    data: dict[str, Any] = {"type": kind, "attributes": attributes}
    if mailing_list is not None:
        data["relationships"] = {"list": {"data": {"type": "list", "id": mailing_list}}}
    headers = {"content-type": "application/vnd.api+json"}
    return Call("POST", f"/api/{kind}s", json={"data": data}, headers=headers, expect=frozenset({202}), api=api)
