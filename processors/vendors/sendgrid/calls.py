"""SendGrid: where things are, and what a connection says of them.

https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from processors.vendors.base import Call, Options
from processors.vendors.mailing_lists import require_all
from processors.vendors.words import path_part
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from processors.vendors.base import Instruction

GLOBAL = "/v3/asm/suppressions/global"
GROUPS = "/v3/asm/groups"


class SendgridOptions(Options):
    """`groups`: purpose → id of the unsubscribe group that its mails carry; region: of EU subusers, `eu`.

    on_behalf_of: the subuser whose data this is; nothing done to an account reaches its subusers.
    """

    groups: dict[str, Annotated[int, Field(ge=1)]] = Field(min_length=1)
    region: Literal["global", "eu"] = "global"
    on_behalf_of: str | None = Field(default=None, pattern=r"^[\x21-\x7e]{1,64}$")

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.groups.items()}

    def of(self, instruction: Instruction) -> list[int]:
        """The groups of its purposes, none twice.

        Raises:
            VendorRefused: none of its purposes has a group.

        """
        found = list(dict.fromkeys(self.groups[p] for p in instruction.purposes if p in self.groups))
        if not found:
            raise VendorRefused("no_group_for_purpose")
        return found

    def require_all(self, instruction: Instruction) -> None:
        """Raises VendorRefused for a purpose without a group."""
        require_all(instruction.purposes, self.groups, "group")

    def call(self, method: str, path: str, *, expect: int = 200, **more: Any) -> Call:
        headers = {"on-behalf-of": self.on_behalf_of} if self.on_behalf_of else {}
        return Call(method, path, headers=headers, expect=frozenset({expect}), **more)

    def search(self, emails: Iterable[str]) -> Call:
        return self.call("POST", "/v3/marketing/contacts/search/emails", json={"emails": list(emails)})

    def erasure(self, emails: Iterable[str]) -> Call:
        body = {"email_addresses": list(emails)}
        return self.call("POST", "/v3/recipients/erasejob", json=body, expect=202, api="erasejob")


def members(group: int) -> str:
    return f"{GROUPS}/{group}/suppressions"


def at(place: str, email: str) -> str:
    return f"{place}/{path_part(email)}"
