"""Zoho Analytics: what finds a person's rows in a table, and no others.

Format (as a WHERE of SQL): https://www.zoho.com/analytics/api/v2/prerequisites.html#applying-filters
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.vendors.base import Instruction
    from processors.vendors.zoho.analytics.options import Table

_UNSAFE = re.compile(r"[\\\x00-\x1f\x7f]")


def names_in(table: Table, instruction: Instruction) -> dict[str, tuple[str, ...]]:
    """Column → what the person is called there; nothing for a column whose identity the event doesn't have."""
    # As they were given: rows are as somebody has put them in.
    raw = [one for one in instruction.identities if one.format == "raw" and one.value.strip()]
    called = {
        column: tuple(dict.fromkeys(one.value for one in raw if one.type == kind))
        for kind, column in table.columns.items()
    }
    return {column: names for column, names in called.items() if names}


def criteria_for(table: Table, names: dict[str, tuple[str, ...]]) -> str:
    """Rows that have one of the names in its column: as it was given, without blanks, and in lower case.

    Raises:
        VendorRefused: there is no name, so it would be no criteria; or one that a literal can't hold safely.

    """
    tests = [
        f'"{table.name}"."{column}"={_literal(one)}'
        for column, several in names.items()
        for one in dict.fromkeys(form for name in several for form in _forms(name))
    ]
    if not tests:
        raise VendorRefused("no_criteria")
    return " OR ".join(tests)


def _forms(name: str) -> Iterable[str]:
    return name, name.strip(), name.strip().lower()


def _literal(value: str) -> str:
    if not value.strip() or _UNSAFE.search(value):
        raise VendorRefused("identity_not_encodable")
    return "'" + value.replace("'", "''") + "'"
