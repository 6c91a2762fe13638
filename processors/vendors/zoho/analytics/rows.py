"""Zoho Analytics: rows of a table, looked at and deleted.

Guard: a deletion has a criteria, and nothing else; the rows that it finds were looked at before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call
from processors.vendors.shapes import rows
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Reply
    from processors.vendors.zoho.analytics.options import Table


def looking(table: Table, criteria: str, org: str, columns: list[str]) -> Call:
    """The person's rows, of which only the columns that name people are read."""
    config = {
        "responseFormat": "json",
        "criteria": _some(criteria),
        "selectedColumns": columns,
        "showHiddenCols": True,
        "showPersonalCols": True,
    }
    return _call("GET", f"{table.path}/data", config, org, "bulk")


def deletion(table: Table, criteria: str, org: str) -> Call:
    """Raises VendorRefused without a criteria: the call would be about every row of the table."""
    return _call("DELETE", f"{table.path}/rows", {"criteria": _some(criteria)}, org, "dml")


def count_of(reply: Reply, names: dict[str, tuple[str, ...]]) -> int:
    """How many rows were found.

    Raises:
        VendorRefused: one of them is somebody else's.

    """
    found = rows(reply.json(), "data")
    wanted = {column: {name.strip().lower() for name in several} for column, several in names.items()}
    if not all(any(str(row[column]).strip().lower() in wanted[column] for column in wanted) for row in found):
        raise VendorRefused("rows_of_others", status=reply.status, response_sha256=reply.sha256)
    return len(found)


def deleted(reply: Reply, found: int) -> int:
    """How many rows are deleted. More than were found may have come in meanwhile.

    Raises:
        VendorUnavailable: fewer: it is looked again.

    """
    body = reply.json()
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if body["status"] != "success" or int(body["data"]["deletedRows"]) < found:
        raise VendorUnavailable("fewer_rows_deleted", lane_wide=False, **about)
    return int(body["data"]["deletedRows"])


def _some(criteria: str) -> str:
    if not criteria.strip():
        raise VendorRefused("no_criteria")
    return criteria


def _call(method: str, path: str, config: dict[str, Any], org: str, api: str) -> Call:
    return Call(method, path, params={"CONFIG": json.dumps(config)}, headers={"ZANALYTICS-ORGID": org}, api=api)
