"""What a connection to Segment is told."""

from __future__ import annotations

from typing import Literal

from processors.vendors.base import Options

Deletion = Literal["SUPPRESS_WITH_DELETE", "SUPPRESS_WITH_DELETE_INTERNAL"]


class SegmentOptions(Options):
    """`region`: of the workspace. delete_at: whether Segment tells the connected destinations of a deletion, too."""

    region: Literal["us", "eu"] = "us"
    delete_at: Literal["segment", "destinations"] = "destinations"

    @property
    def deletion(self) -> Deletion:
        return "SUPPRESS_WITH_DELETE" if self.delete_at == "destinations" else "SUPPRESS_WITH_DELETE_INTERNAL"
