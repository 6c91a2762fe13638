"""Klaviyo, asked later: whether profiles are gone, or off their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Result
from processors.vendors.klaviyo.jobs import channels_of
from processors.vendors.klaviyo.profiles import Profile, look_up, members_of, names_of
from processors.vendors.later import Undone
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from processors.vendors.base import Instruction, ReadBackScript, Step
    from processors.vendors.mailing_lists import PurposeLists


def read_back(instruction: Instruction, options: PurposeLists) -> ReadBackScript:
    names, _ = names_of(instruction)
    found = yield from look_up(names)
    about: dict[str, Any] = {"status": found.last.status, "response_sha256": found.last.sha256}
    if instruction.action == "delete" and found.profiles:
        return Undone(VendorRefused("found_again", **about))
    if instruction.action == "withdraw" and (yield from _is_mailed(instruction, found.profiles, options)):
        return Undone(VendorRefused("subscribed_again", **about))
    return Result("verified", evidence=found.last.evidence(detail=f"profiles={len(found.profiles)}"))


def _is_mailed(
    instruction: Instruction, profiles: Sequence[Profile], options: PurposeLists
) -> Generator[Step, Any, bool]:
    channels = channels_of(instruction)
    if instruction.all_purposes:
        return any(one.may_mail.get(channel) for one in profiles for channel in channels)
    reached = [one for one in profiles if any(map(one.reached_by, channels))]
    return any((yield from members_of(options.of(instruction), reached)).values())
