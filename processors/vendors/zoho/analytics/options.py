"""What a connection to Zoho Analytics is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from processors.vendors.zoho.accounts import ZohoOptions

Id = Annotated[str, Field(pattern=r"^\d{1,32}$")]
Name = Annotated[str, Field(pattern=r'^[^"\\\x00-\x1f]{1,128}$')]
"""It stands between double quotes in a criteria: one that could end there would make another criteria."""


class Table(BaseModel):
    """One that holds people: ids of its workspace and view, its name, and which column has which identity."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    workspace: Id
    view: Id
    name: Name
    columns: dict[str, Name] = Field(min_length=1)

    @property
    def path(self) -> str:
        return f"/restapi/v2/workspaces/{self.workspace}/views/{self.view}"


class AnalyticsOptions(ZohoOptions):
    """`organization_id`: whose workspaces; tables: all that hold people."""

    organization_id: Id
    tables: tuple[Table, ...] = Field(min_length=1)

    @property
    def identity_types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for table in self.tables for kind in table.columns))
