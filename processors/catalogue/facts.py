"""An adapter's class data as plain values, for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from processors.catalogue.words import ending
from processors.engine.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.base import Vendor
    from processors.vendors.capability import Capability
    from schemas.windows import Window

    Kind = type[Vendor] | Vendor


def facts(kind: Kind, wait_s: float | None = None) -> dict[str, Any]:
    """All of it, of a class or of an adapter with its options. wait_s: a connection's `batch_wait_s`."""
    return {
        "vendor": kind.name,
        "title": kind.title,
        "docs": kind.docs,
        "recipients": recipients(kind),
        "channels": kind.channels,
        "per_purpose": kind.per_purpose,
        "identifies_by": kind.identifies_by,
        "can": {action: _capability(can, wait_s) for action, can in kind.can.items()},
        "auth": kind.auth,
        "secrets": KINDS[kind.auth].secrets,
        "optional_secrets": KINDS[kind.auth].optional,
        "limits": windows(kind.limits),
        "concurrency": kind.concurrency,
        "documented": kind.documented,
        "traps": kind.traps,
        "evidence": [{"mark": mark, "source": source} for mark, source in kind.evidence],
        "unverified": kind.unverified,
        "checked": kind.checked or None,
        "tried_live": False,
    }


def recipients(kind: Kind) -> tuple[str, ...]:
    """The policies' names for whom it reaches."""
    return (kind.name.replace("_", "-"), *kind.recipients)


def windows(limits: Sequence[Window]) -> list[Any]:
    return [window.model_dump(mode="json") for window in limits]


def options(kind: Kind) -> dict[str, str]:
    """Option → whether it must be given, or what it is without."""
    return {name: _option(field) for name, field in kind.options_type.model_fields.items()}


def _option(field: Any) -> str:
    return "required" if field.is_required() else f"default {field.get_default(call_default_factory=True)!r}"


def _capability(can: Capability, wait_s: float | None) -> Mapping[str, Any]:
    return {
        "ends": ending(can),
        "idempotent": can.idempotent,
        "batch": can.batch,
        "batch_wait_s": can.company_s(wait_s) if can.batch > 1 else None,
        "batch_bytes": can.batch_bytes,
        "batch_ids": can.batch_ids,
        "vendor_limit_s": can.vendor_limit_s,
        "polls": can.polls and asdict(can.polls),
        "read_back_s": can.read_back_s,
        "says": can.says,
    }
