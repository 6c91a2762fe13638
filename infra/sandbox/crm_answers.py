"""The CRM's answers, piece by piece: records, pages, successes and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.sandbox.clock import timestamp
from infra.sandbox.vendor import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.sandbox.crm_records import Record, Records
    from infra.sandbox.vendor import Call

MODULES = {"Leads": "5725767000000002175", "Contacts": "5725767000000002179"}
ERRORS = {
    400: ("INVALID_DATA", "invalid data"),
    401: ("INVALID_TOKEN", "invalid oauth token"),
    403: ("NO_PERMISSION", "permission denied"),
    404: ("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    429: ("TOO_MANY_REQUESTS", "Too many requests fired in concurrency"),
}
USER = {"name": "Sandbox Owner", "id": "5725767000000327001"}


def given_ids(call: Call) -> list[str]:
    """The ids in path, query or body, each once."""
    if isinstance(call.body, dict) and isinstance(call.body.get("ids"), list):
        return list(dict.fromkeys(map(str, call.body["ids"])))
    given = call.path.get("id") or call.params.get("ids", "")
    return list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))


def first_record(body: Any) -> dict[str, Any] | None:
    data = body.get("data") if isinstance(body, dict) else None
    return data[0] if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict) else None


def started(body: Mapping[str, Any]) -> list[str]:
    """What of the customer's own an update starts: all that it doesn't keep from it."""
    skipped = {one["name"] for one in body.get("skip_feature_execution", ())}
    runs = {"workflow": "workflow" in body.get("trigger", ("workflow",)), "cadence": "cadences" not in skipped}
    return [what for what in runs if runs[what]]


def success(record_id: str, message: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": record_id}, "message": message, "status": "success"}


def updated(record: Record) -> dict[str, Any]:
    times = {"Created_Time": timestamp(record.created), "Modified_Time": timestamp(record.modified)}
    details = {"id": record.id, **times, "Created_By": USER, "Modified_By": USER}
    return {**success(record.id, "record updated"), "details": details}


def failure(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "details": details, "message": message, "status": "error"}


def no_module() -> Answer:
    return Answer(400, failure("INVALID_MODULE", "The module name given seems to be invalid", resource_path_index=0))


def counted(call: Call, records: Records) -> Answer:
    module = call.path["module"]
    return Answer(200, {"count": records.count(module)}) if module in MODULES else no_module()


def page(call: Call, key: str, rows: list[dict[str, Any]]) -> Answer:
    """One page of at most 200; 204 with no body where it would be empty."""
    page, per_page = call.number("page", 1), min(200, call.number("per_page", 200))
    shown = rows[(page - 1) * per_page : page * per_page]
    info = {"per_page": per_page, "count": len(shown), "page": page, "more_records": page * per_page < len(rows)}
    return Answer(200, {key: shown, "info": info}) if shown else Answer(204)


def shown(record: Record) -> dict[str, Any]:
    times = {"Created_Time": timestamp(record.created), "Modified_Time": timestamp(record.modified)}
    flags = {"Email": record.email, "Secondary_Email": None, "Email_Opt_Out": record.opted_out}
    return {**record.fields, "id": record.id, "Owner": USER, **flags, **times}


def shown_in_bin(record: Record) -> dict[str, Any]:
    module = {"api_name": record.module, "id": MODULES[record.module]}
    who = {"owner": USER, "deleted_by": USER, "module": module}
    return {"id": record.id, "display_name": record.email, **who, "deleted_time": timestamp(record.binned or 0)}
