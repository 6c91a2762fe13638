"""Salesforce: what a connection says of the org and of what a deletion is there.

Domains: https://help.salesforce.com/s/articleView?id=xcloud.domain_name_considerations.htm
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.vendors.oauth import OAuthOptions
from processors.vendors.salesforce.records import Kind  # noqa: TC001 - pydantic reads it


class SalesforceOptions(OAuthOptions):
    """`domain`: of the org's address, `acme` of acme.my.salesforce.com, `acme--uat.sandbox` of a sandbox.

    login: where tokens are had; `test` for sandboxes. erase: what a deletion is; `mask` keeps the record, writes over
    its standard fields, and empties those that `also` names for Contact or Lead.
    """

    domain: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z]+)?$")
    login: Literal["login", "test"] = "login"
    erase: Literal["delete", "mask"] = "delete"
    also: dict[Kind, tuple[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")], ...]] = Field(default={})
