"""What a connection to Google Workspace is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.base import Options

Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class WorkspaceOptions(Options):
    """acts_for: address of the administrator for whom the service account acts.

    domains: of the customer's own; only accounts there are looked for, and no others can be asked about. accounts:
    they may be deleted, with mailbox and files, which nobody is given first; if not, they are left to a person.
    """

    acts_for: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    domains: tuple[Domain, ...] = Field(min_length=1)
    accounts: bool = False
