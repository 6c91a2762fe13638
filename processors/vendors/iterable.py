"""Iterable: subscriptions to message types and channels, and forgetting a user.

Reference: https://api.iterable.com/api/docs
GDPR: https://support.iterable.com/hc/en-us/articles/360029174171
Calls, answers and limits: github.com/Iterable/api-client 981eeb5, api-docs.json (Swagger 2.0, version 1.8). What an
unknown user looks like: src/types/users.ts there.

An API key belongs to one project, so a connection is one project: give each its own, all serving the recipient. Users
are named by address, as in e-mail-based and hybrid projects. `forget` deletes and blocks; DELETE would only delete,
and the data could come back. Who was forgotten is never unforgotten by a grant.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field as Described

from processors.vendors.base import Call, Options, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.iterable_later import FORGOTTEN, is_forgotten, read_back
from processors.vendors.iterable_users import CHANNELS, CHANNELS_OUT, TYPES_OUT, look_up, marketing, succeeded
from processors.vendors.mailing_lists import require_all
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.base import Instruction, ReadBackScript
    from schemas.records import Action

_FORGOTTEN_IN_S = 600
_READ_BACK_S = 900.0
_TYPES = Call("GET", "/api/messageTypes", api="project")
_NOT_SENT = Result("not_applicable", "channel")
"""The purposes are known, but have no message type on these channels: nothing is sent there."""


class IterableOptions(Options):
    """`host`: the data centre's. message_types: purpose → channel → ids of the message types that stand for it."""

    host: Literal["api.iterable.com", "api.eu.iterable.com"] = "api.iterable.com"
    message_types: dict[str, dict[Literal["email", "push", "sms"], tuple[int, ...]]] = Described(min_length=1)

    def types_of(self, instruction: Instruction) -> set[int]:
        """The message types of its purposes, by its channels; of every purpose when it takes away altogether."""
        cells = instruction.cells
        if instruction.all_purposes and instruction.action != "grant":
            cells = frozenset((purpose, channel) for purpose in self.message_types for _, channel in cells)
        known = self.message_types
        return {one for purpose, channel in cells for one in known.get(purpose, {}).get(channel, ())}  # type: ignore[call-overload]

    def require_all(self, instruction: Instruction) -> None:
        require_all(instruction.purposes, self.message_types, "message_type")


class Iterable(Vendor):
    name = "iterable"
    title = "Iterable"
    docs = "https://api.iterable.com/api/docs"
    base_url = "https://{host}"
    channels = ("email", "push", "sms")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            says="subscribes to the purpose's message types; a task where their channel is unsubscribed or the "
            "person was forgotten"
        ),
        "withdraw": Capability(
            read_back_s=_READ_BACK_S,
            says="unsubscribes from the purpose's message types; for all purposes from every marketing channel, too",
        ),
        "delete": Capability(
            closing="accepted",
            vendor_limit_s=_FORGOTTEN_IN_S,
            read_back_s=_READ_BACK_S,
            says="forgets the user in the project of the API key: deletes, and blocks what would come in later",
        ),
    }
    identifies_by = ("email",)
    auth = "api_key"
    key_header = ("Api-Key", "{}")
    limits = (
        Window(calls=100, seconds=1, apis=("users", "project")),
        Window(calls=3, seconds=1, apis=("forget", "forgotten")),
        Window(calls=1_000, seconds=86_400, apis=("forget",)),
    )
    traps = (
        "a change of subscriptions overwrites what it names: what stands is read first, and sent with it",
        "what the person changes between that reading and writing, by a link in a mail, is overwritten",
        "one project for each API key: each further project needs a connection of its own",
        "a project that knows its users by userId alone forgets nobody by address: it can't be served",
        "forgetting says success for whoever it is; only the list of the forgotten proves it",
        "a grant after an erasure is a task: to unforget is a person's decision",
    )
    evidence = (
        ("S", "Iterable/api-client@981eeb5: api-docs.json (Swagger 2.0, API 1.8), src/types/users.ts"),
        ("D", "https://support.iterable.com/hc/en-us/articles/360029174171"),
        ("C", "block/iterable-go@ae11307: an unknown user is an answer without one"),
    )
    unverified = (
        "that the profile's dataFields name what is unsubscribed as the call that changes it does",
        "that forgetting an unknown address answers success",
        "the limit of updateSubscriptions: the document gives none",
    )
    checked = "Iterable/api-client@981eeb5 api-docs.json: paths, fields, codes and limits, by eye"
    options_type: ClassVar[type[Options]] = IterableOptions
    example: ClassVar[Mapping[str, Any]] = {"message_types": {"newsletter": {"email": [101], "push": [102]}}}
    options: IterableOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "users", "update", "project", "forget", "forgotten"

    def probe(self) -> Call:
        return CHANNELS

    def grant(self, instruction: Instruction) -> Script:
        emails = instruction.need("email")
        self.options.require_all(instruction)
        wanted = self.options.types_of(instruction)
        if not wanted:
            return _NOT_SENT
        users, replies = yield from look_up(emails, _TYPES)
        if not users:
            return (yield from _unknown(emails))
        types = [one for one in replies[-1].json()["messageTypes"] if one["id"] in wanted]
        if {one["channelId"] for one in types} & {out for user in users for out in user.ids(CHANNELS_OUT)}:
            return Result("manual_task", "channel_unsubscribed", replies[0].evidence())
        opt_in = {one["id"] for one in types if one["subscriptionPolicy"] == "OptIn"}
        return (yield from _changed([user.joins(wanted, opt_in) for user in users], replies[0]))

    def withdraw(self, instruction: Instruction) -> Script:
        whole = instruction.all_purposes
        types = self.options.types_of(instruction)
        if not types and not whole:
            self.options.require_all(instruction)
            return _NOT_SENT
        users, replies = yield from look_up(instruction.need("email"), *([CHANNELS] if whole else []))
        if not users:
            return Result("no_match", evidence=replies[0].evidence())
        channels = marketing(replies[-1], instruction) if whole else set()
        result = yield from _changed([user.leaves(types, channels) for user in users], replies[0])
        if not whole:
            self.options.require_all(instruction)
        return result

    def delete(self, instruction: Instruction) -> Script:
        calls = (
            Call("POST", "/api/users/forget", json={"email": email}, api="forget")
            for email in instruction.need("email")
        )
        replies = all_good((yield tuple(calls)))
        succeeded(replies)
        evidence = replies[-1].evidence(detail="unconfirmed", vendor_limit_s=_FORGOTTEN_IN_S)
        return Result("accepted", evidence=evidence)

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options.types_of(instruction))

    def rehearse(self, call: Call) -> Reply:
        types = [
            {"id": number, "channelId": 1, "subscriptionPolicy": "OptOut"}
            for by_channel in self.options.message_types.values()
            for numbers in by_channel.values()
            for number in numbers
        ]
        body: dict[str, Any] = {
            "code": "Success",
            "user": {"email": call.params.get("email"), "dataFields": {TYPES_OUT: [one["id"] for one in types][:1]}},
            "channels": [{"id": 1, "channelType": "Marketing", "messageMedium": "Email"}],
            "messageTypes": types,
        }
        return Reply(200, {}, json.dumps(body).encode())


def _changed(changes: Sequence[Call | None], read: Reply) -> Script:
    """What stands already is not written again, as each write overwrites. read: what says that it stands."""
    due = tuple(change for change in changes if change is not None)
    if not due:
        return Result("executed", evidence=read.evidence(detail="stood_already"))
    replies = all_good((yield due))
    succeeded(replies)
    return Result("executed", evidence=replies[-1].evidence(detail=f"users={len(changes)}"))


def _unknown(emails: Sequence[str]) -> Script:
    """Nobody by these names; but whom Iterable was told to forget it doesn't take again, and says so nowhere else."""
    reply = yield FORGOTTEN
    if any(is_forgotten(reply, email) for email in emails):
        return Result("manual_task", "forgotten_at_vendor", reply.evidence())
    return Result("no_match", evidence=reply.evidence())
