"""Zoho Analytics: a person's rows in every table of the options, looked at before anything is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import all_good
from processors.vendors.zoho.analytics.criteria import criteria_for, names_in
from processors.vendors.zoho.analytics.rows import count_of, looking
from schemas.errors import MissingIdentity

if TYPE_CHECKING:
    from collections.abc import Generator

    from processors.vendors.base import Instruction, Reply, Step
    from processors.vendors.zoho.analytics.options import AnalyticsOptions, Table


@dataclass(frozen=True, slots=True)
class Found:
    """So many rows of the table; `reply` says so."""

    table: Table
    criteria: str = field(repr=False)
    count: int
    reply: Reply


def rows_of(instruction: Instruction, options: AnalyticsOptions) -> Generator[Step, Any, list[Found]]:
    """In each table whose columns know the person by something that the event names.

    Raises:
        MissingIdentity: there is none.
        VendorRefused: a criteria can't be written, or finds rows of others.

    """
    named = [(table, names) for table in options.tables if (names := names_in(table, instruction))]
    if not named:
        raise MissingIdentity(*options.identity_types)
    asked = [(table, names, criteria_for(table, names)) for table, names in named]
    org = options.organization_id
    replies = all_good((yield tuple(looking(table, criteria, org, list(names)) for table, names, criteria in asked)))
    return [
        Found(table, criteria, count_of(reply, names), reply)
        for (table, names, criteria), reply in zip(asked, replies, strict=True)
    ]
