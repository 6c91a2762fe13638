"""Iterable: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.iterable.options import IterableOptions
from processors.vendors.iterable.users import CHANNELS, TYPES_OUT
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

FORGOTTEN_IN_S = 600
_READ_BACK_S = 900.0


class IterableFacts(Vendor):
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
            vendor_limit_s=FORGOTTEN_IN_S,
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
        "types opted into in a channel that is left are refused, but for validateChannelAlignment, sent as false",
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
        "whether the look-up minds capitals: an address is asked for as the event has it",
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
