"""Label values, bounded: whatever is not known here is counted under one common word."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from processors.vendors.base import OutcomeWord, Result
from processors.vendors.later import Undone
from schemas.events import Kind

if TYPE_CHECKING:
    from schemas.errors import VendorError

OTHER = "other"
UNKNOWN = "unknown"
KINDS = frozenset(get_args(Kind))
VERDICTS = frozenset({"planned", "duplicate", "stale", "rejected"})
OUTCOMES = frozenset({*get_args(OutcomeWord), "failed", "superseded", "cancelled", "done"})
ALARMS = frozenset({
    "event_id_reuse", "partition_mismatch", "protective_rejected", "oversize_left_in_place",
    "delivery_failed", "delivery_unreadable", "credentials_rejected", "vendor_unreachable",
    "vendor_still_has_person", "vendor_job_overdue", "deletions_held",
    "command_for_nobody", "command_oversize", "command_unreadable", "duplicate_instance", "quota_unknown",
    "stuck", "loop_stuck", "handover_stuck", "role_ended", "connection_removed", "lane_flood",
    "transaction_forgotten", "confirmed_undone", "request_overdue", "outcome_conflict",
    "head_unwitnessed", "audit_unreadable", "reconcile_findings", "reconcile_failed",
})  # fmt: skip
CLOSINGS = frozenset({"completed", "completed_with_exceptions"})
REASONS = {
    "router": frozenset({
        "undecodable", "invalid", "oversize", "oversize_left_in_place", "unknown_policy", "clock",
        "event_id_reuse", "partition_mismatch",
    }),
    "lane": frozenset({
        "undecodable", "invalid", "missing_identity", "identities_do_not_open", "adapter_error", "gave_up", "refused",
    }),
}  # fmt: skip
_GAVE_UP = "gave_up_after_"


def one_of(known: frozenset[str], word: str | None) -> str:
    """The word itself if it is a known one."""
    return word if word is not None and word in known else OTHER


def kind_word(kind: str | None) -> str:
    return kind if kind is not None and kind in KINDS else UNKNOWN


def lane_reason(reason: str | None) -> str:
    """Why a delivery failed; a vendor's own codes, of which there is no end, are all `refused`."""
    text = reason or ""
    if text.startswith(_GAVE_UP):
        return "gave_up"
    return text if text in REASONS["lane"] else "refused"


def answer_word(said: Result | Undone | VendorError) -> str:
    """What became of something that the vendor was asked about."""
    if isinstance(said, Result):
        return "done" if said.later is None else "running"
    return "undone" if isinstance(said, Undone) else "unanswered"


def place_of(role: str) -> tuple[str, str]:
    """Labels `role` and `lane` of a role's name: `router`, `closer`, `notary` or `lane <name>`."""
    kind, _, lane = role.partition(" ")
    return kind, lane


def yes(value: bool) -> str:  # noqa: FBT001 - a label has no other name for it
    return "yes" if value else "no"
