"""What a search that is made again says of an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.vendors.base import Reply


def gone(found: Collection[str], shown: Reply) -> Result | Undone:
    """`verified` if nothing of the person was found. shown: the answer that says so."""
    if found:
        told: dict[str, Any] = {"status": shown.status, "response_sha256": shown.sha256}
        return Undone(VendorRefused("found_again", **told))
    return Result("verified", evidence=shown.evidence(detail="not_found"))
