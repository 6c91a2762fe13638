"""Office suites: accounts of a customer's own people, and mails, calendars and files that no call searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from processors.vendors.base import Instruction, Script, Vendor
from processors.vendors.capability import Capability
from processors.vendors.scripts import no_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

CHOICES: Mapping[Action, Capability] = {
    "grant": Capability(kind="not_applicable", says="no call: nothing there waits for consent"),
    "withdraw": Capability(
        kind="manual_task",
        calls=False,
        says="a task, as there is no switch: mails, calendars and files aren't used for the purpose any more",
    ),
}


class OfficeSuite(Vendor):
    """What a choice means there."""

    channels = ()
    per_purpose = False
    identifies_by: ClassVar[tuple[str, ...]] = ("email",)

    def grant(self, _: Instruction) -> Script:
        return no_call("not_applicable", "no_consent_needed")

    def withdraw(self, _: Instruction) -> Script:
        return no_call("manual_task", "no_switch_for_a_person")
