"""A vendor that erases many people in one call of few bytes: its side in the sandbox, and the relay's adapter.

Made up after SendGrid's erasure job, which takes 5,000 addresses and 256 KB.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.engine import Engine
from infra.sandbox.vendor import Answer, Operation
from infra.sandbox.vendor import Call as Asked
from infra.sandbox.vendor import Vendor as SandboxVendor
from processors.vendors.base import BatchScript, Call, Instruction, Result, Vendor
from processors.vendors.capability import Capability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox import Person, Sandbox
    from schemas.records import Action

NAME = "eraser"
MOST_BYTES = 400
_ENVELOPE = len('{"email_addresses": []}')


class ErasingVendor(SandboxVendor):
    """Without a name of its own it isn't served everywhere."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.held: set[str] = set()
        self.loads: list[int] = []
        """Bytes of each call that was taken."""

    def operations(self) -> Iterable[Operation]:
        yield Operation("erase", "POST", "/erasejob", self._erase)

    def _erase(self, call: Asked) -> Answer:
        size = len(json.dumps(call.body).encode())
        if size > MOST_BYTES:
            return self.error(413)
        emails = call.body["email_addresses"]
        self.loads.append(size)
        self.held.difference_update(emails)
        self.record(call, "delete", emails, changed=True)
        return Answer(200, {"erased": emails})

    def error(self, status: int) -> Answer:
        return Answer(status, {"errors": [{"message": "payload too large"}]})

    def identities(self, call: Asked) -> Sequence[str]:
        return tuple(call.body["email_addresses"])

    def seed(self, person: Person) -> None:
        self.held.add(person.email)

    def state(self, person: Person) -> dict[str, Any]:
        return {"known": person.email in self.held}

    def clear(self) -> None:
        self.held.clear()


ErasingVendor.name = NAME


class Eraser(Vendor):
    """Takes its name late, so that it isn't among the adapters that are shipped."""

    title, docs, base_url = "Eraser", "https://eraser.example/docs", "https://eraser.example"
    channels = ("email",)
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {"delete": Capability(batch=50, batch_bytes=MOST_BYTES - _ENVELOPE)}
    identifies_by = ("email",)
    auth = "none"
    limits = ()

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        emails = {one.delivery_id: one.need("email")[0] for one in instructions}
        reply = yield Call("POST", "/erasejob", json={"email_addresses": list(emails.values())})
        erased = set(reply.json()["erased"])
        return {
            who: Result("executed", evidence=reply.evidence()) for who, email in emails.items() if email in erased
        }


Eraser.name = NAME


def serve(sandbox: Sandbox) -> ErasingVendor:
    """Let the sandbox speak this vendor's API, too; before its start."""
    vendor = ErasingVendor(sandbox.world)
    sandbox.engines[NAME] = Engine(vendor)
    return vendor
