"""The head of a record says what the whole record says, and garbage isn't taken for one."""

from __future__ import annotations

import pytest
from contract_support import a_few, records
from hypothesis import given

from schemas.audit_head import head_of
from schemas.codec import encode
from schemas.errors import UndecodableRecord
from schemas.records import AuditRecord, Bookmark

RECORDS = records(AuditRecord)


@given(RECORDS)
@a_few
def test_the_head_is_what_the_record_says(record: AuditRecord) -> None:
    kind = record.event.kind if record.event else None
    assert head_of(encode(record)) == (record.kind, record.pid, record.event_id, kind)


@given(RECORDS)
@a_few
def test_what_is_cut_off_is_no_head(record: AuditRecord) -> None:
    whole = encode(record)
    for length in (0, 5, 10, 11, 12):
        with pytest.raises(UndecodableRecord):
            head_of(whole[:length])


def test_another_contract_is_no_audit_record() -> None:
    with pytest.raises(UndecodableRecord, match="no released AuditRecord"):
        head_of(encode(Bookmark(offset=1, at=1)))
