"""Braze, REST API: e-mail status, subscription groups, deletion.

Status: https://www.braze.com/docs/api/endpoints/email/post_email_subscription_status/
Groups: https://www.braze.com/docs/api/endpoints/subscription_groups/post_update_user_subscription_group_status_v2/
Deletion: https://www.braze.com/docs/api/endpoints/user_data/post_user_delete/
Limits: https://www.braze.com/docs/api/api_limits/

Calls and answers: braze_calls.py. A success means that Braze has taken the request in, so each action ends as
`accepted` and is read back. Deletion by address takes one profile of several that share it (`prioritization`), so all
are looked up and deleted by Braze's own ids.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import StringConstraints

from processors.vendors.base import BatchScript, Call, Note, Reply, Result, Script, Vendor
from processors.vendors.braze_calls import ALL_EMAIL, AT_ONCE, Share, accepted, carry_out, deletions, sets
from processors.vendors.braze_later import read_back
from processors.vendors.braze_people import Profiles, addresses, export, look_up
from processors.vendors.capability import Capability
from processors.vendors.mailing_lists import ListOptions
from schemas.errors import VendorError
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from processors.vendors.base import Answer, Instruction, ReadBackScript
    from schemas.records import Action

_READ_BACK_S = 3600.0
"""How long Braze's queues take is not documented."""


class BrazeOptions(ListOptions):
    """`cluster`: the REST host without `rest.`. A list is a subscription group for e-mail."""

    cluster: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}-\d{2}\.braze\.(com|eu)$")]


class Braze(Vendor):
    name = "braze"
    title = "Braze"
    docs = "https://www.braze.com/docs/api/"
    base_url = "https://rest.{cluster}"
    channels = ("email",)
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="subscribes to the purpose's group; a task where the person is unsubscribed from all e-mail",
        ),
        "withdraw": Capability(
            closing="accepted",
            batch=AT_ONCE,
            read_back_s=_READ_BACK_S,
            says="unsubscribes from the purpose's group; for all purposes: from all e-mail, and from every group",
        ),
        "delete": Capability(
            closing="accepted",
            idempotent=False,  # who was deleted is not found a second time
            batch=AT_ONCE,
            read_back_s=_READ_BACK_S,
            says="deletes every profile with the address; Braze queues it, and it can't be undone",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    # Braze's windows end with the clock's minute or hour: ours, which slide, keep them wherever they begin.
    limits = (
        Window(calls=250, seconds=60, apis=("export",)),
        Window(calls=20_000, seconds=60, apis=("delete",)),
        Window(calls=5_000, seconds=60, apis=("groups",)),
        Window(calls=250_000, seconds=3600, apis=("status",), together=True),
    )
    traps = (
        "deletion by address would delete one of several profiles that share it: they are looked up and all deleted",
        "a success says only that the request was taken in; of an unknown address it says the same",
        "no grant lifts a withdrawal from all e-mail: it ends as a task",
        "events of a deleted person stay in the dashboards' counts",
    )
    evidence = (
        ("S", "braze-inc/braze-docs@042c649: post_user_delete, post_email_subscription_status"),
        ("S", "braze-inc/braze-docs@03712ad: post_update_user_subscription_group_status_v2"),
        ("S", "braze-inc/braze-docs@03a4fe5: post_users_identifier"),
        ("D", f"{docs}endpoints/user_data/post_user_delete/"),
        ("D", f"{docs}errors/"),
        ("D", f"{docs}api_limits/"),
        ("C", "npm braze-api@2.13: shape of /subscription/user/status"),
    )
    unverified = (
        "whether /users/delete answers 200 or 201: both are read",
        "how soon a queued deletion is carried out",
        "that the group call takes addresses which no profile has",
    )
    options_type: ClassVar[type[ListOptions]] = BrazeOptions
    example: ClassVar[Mapping[str, Any]] = {"cluster": "fra-01.braze.eu", "lists": {"newsletter": "GROUP-ID"}}
    options: BrazeOptions

    @property
    def apis(self) -> tuple[str, ...]:
        return "export", "delete", "groups", "status"

    def grant(self, instruction: Instruction) -> Script:
        self.options.require_all(instruction)
        who, emails = instruction.delivery_id, instruction.need("email")
        found = (yield from look_up({who: emails}))[who]
        if found.error is not None:
            raise found.error
        evidence = found.reply.evidence() if found.reply else None
        if not found.ids:
            return Result("no_match", evidence=evidence)
        if "unsubscribed" in found.mail:
            return Result("manual_task", "unsubscribed_from_all_email", evidence)
        shares = {group: [(who, email) for email in emails] for group in self.options.of(instruction)}
        came = accepted((yield from carry_out(sets(shares, "subscribed")))[who])
        if isinstance(came, VendorError):
            raise came
        return came

    def withdraw_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        outcomes: dict[str, Result | VendorError] = {}
        shares: dict[str, list[Share]] = defaultdict(list)
        for one in instructions:
            try:
                emails, targets = (
                    one.need("email"),
                    [*self.options.of(one), *([ALL_EMAIL] if one.all_purposes else [])],
                )
            except VendorError as error:
                outcomes[one.delivery_id] = error
                continue
            for target in targets:
                shares[target] += [(one.delivery_id, email) for email in emails]
        said = yield from carry_out(sets(shares, "unsubscribed"))
        asked = [one for one in instructions if one.delivery_id not in outcomes]
        return outcomes | {one.delivery_id: self._withdrawn(one, said[one.delivery_id]) for one in asked}

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        people, outcomes = addresses(instructions)
        found = yield from look_up(people)
        known = {who: profiles for who, profiles in found.items() if profiles.error is None}
        noted = {one.delivery_id: set(one.refs) for one in instructions}
        notes = tuple(
            Note(who, tuple(sorted(profiles.ids | noted[who])))
            for who, profiles in known.items()
            if not profiles.ids <= noted[who]
        )
        if notes:
            yield notes
        shares = [(who, one) for who, profiles in known.items() for one in sorted(profiles.ids)]
        said = yield from carry_out(deletions(shares))
        return outcomes | {who: _deleted(found[who], said[who], noted[who]) for who in found}

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        return read_back(instruction, self.options)

    def probe(self) -> Call:
        """The export of an address that nobody can have (RFC 2606)."""
        return export("nobody@example.invalid")

    def rehearse(self, call: Call) -> Reply:
        asked = call.json or {}
        profile = {"braze_id": "BRAZE-ID", "email": asked.get("email_address"), "email_subscribe": "subscribed"}
        body = {"message": "success", "users": [profile], "deleted": len(asked.get("braze_ids", ()))}
        return Reply(200, {}, json.dumps(body).encode())

    def _withdrawn(self, instruction: Instruction, answers: Sequence[Answer]) -> Result | VendorError:
        came = accepted(answers)
        if isinstance(came, Result):
            try:
                self.options.require_all(instruction)
            except VendorError as error:
                return error
        return came


def _deleted(found: Profiles, answers: Sequence[Answer], noted: Collection[str]) -> Result | VendorError:
    if found.error is not None:
        return found.error
    if answers:
        return accepted(answers)
    if not noted:
        return Result("no_match", evidence=found.reply.evidence() if found.reply else None)
    assert found.reply is not None  # noqa: S101 - without an answer there is an error
    return accepted([found.reply])  # an earlier try deleted them
