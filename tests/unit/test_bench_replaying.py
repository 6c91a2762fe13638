"""What the replay's benchmark reads is what a relay writes: it can be folded without a doubt."""

from __future__ import annotations

from bench.replaying.load import RECORDS_PER_EVENT, records
from processors.replaying.fold import Fold, in_order
from schemas.codec import decode_own
from schemas.records import AuditRecord


def test_every_event_has_its_outcomes_behind_it() -> None:
    fold, made = Fold(), list(records(100 * RECORDS_PER_EVENT))
    for offset, out in enumerate(made):
        fold.take(offset, decode_own(AuditRecord, out.value or b""))
    assert fold.doubts == []
    assert fold.kinds["planned"] + fold.kinds["stale"] == 100
    requests = list(in_order(fold.requests))
    assert {leg.outcome for one in requests for leg in one.legs if leg.kind == "delivery"} == {"executed"}
