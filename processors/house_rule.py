"""Our own target where no row of the law counts: for what begins anew at its review date, and for requests of old."""

from __future__ import annotations

from schemas.times import DAY

INTERNAL_RULE = "internal.30d"
"""The rule of all legs until deadlines were data, too."""
INTERNAL_LIMIT = 30 * DAY
