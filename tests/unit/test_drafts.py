"""Records that were drafted before: the same records, and the same bytes, as if each were made by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_support import a_few, records
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode, encode, encode_each
from schemas.drafts import Draft, Series
from schemas.kept import fields_of
from schemas.records import AuditRecord, Delivery, Leg

if TYPE_CHECKING:
    from schemas.contract import Record

OF_A_DELIVERY = ("delivery_id", "event_id", "pid", "sealed", "received_at", "due_at", "occurred_at", "origin")


def drafted(contract: type[Record], record: Record, own: tuple[str, ...]) -> Draft[Any]:
    values = {name: getattr(record, name) for name in fields_of(contract) if name not in own}
    return Draft(contract, own, **values)


@a_few
@given(first=records(Delivery), others=st.lists(records(Delivery), max_size=3))
def test_deliveries_of_one_event_are_encoded_like_any_others(first: Delivery, others: list[Delivery]) -> None:
    common = {name: getattr(first, name) for name in OF_A_DELIVERY[1:]}
    each = [delivery.changed(**common) for delivery in (first, *others)]
    drafts = tuple(drafted(Delivery, delivery, OF_A_DELIVERY) for delivery in each)
    for _ in range(2):  # the second time, the drafts are encoded already
        series = Series(drafts, [delivery.delivery_id for delivery in each], [common] * len(each))
        assert series == tuple(each)
        assert encode_each(Delivery, series) == [encode(delivery) for delivery in each]


@a_few
@given(record=records(AuditRecord), legs=st.lists(records(Leg), max_size=4), due_at=st.integers(0, 2**50))
def test_legs_with_ids_with_a_date_alone_and_with_neither_stand_side_by_side(
    record: AuditRecord, legs: list[Leg], due_at: int
) -> None:
    made = tuple(leg if leg.kind == "none" else leg.changed(due_at=due_at) for leg in legs)
    own = {"none": (), "task": ("due_at",), "delivery": ("delivery_id", "due_at")}
    fills: list[dict[str, int]] = [{} if leg.kind == "none" else {"due_at": due_at} for leg in made]
    ids = [(leg.delivery_id or "x") if leg.kind == "delivery" else None for leg in made]
    made = tuple(leg.changed(delivery_id=one) if one else leg for leg, one in zip(made, ids, strict=True))
    series = Series(tuple(drafted(Leg, leg, own[leg.kind]) for leg in made), ids, fills)
    assert series == made
    assert decode(AuditRecord, encode(record.changed(legs=series))).legs == made


def test_signs_that_mean_something_in_a_template_stay_what_they_are() -> None:
    leg = Leg(kind="task", recipient="100 %b of %% it", due_at=5, reason="%s")
    series = Series((drafted(Leg, leg, ("due_at",)),), [None], [{"due_at": 5}])
    audit = decode(AuditRecord, encode(a_record(legs=series)))
    assert audit.legs == (leg,)


def test_a_series_is_read_like_a_tuple() -> None:
    legs = tuple(Leg(kind="none", recipient=name) for name in "abc")
    series = Series(tuple(drafted(Leg, leg, ()) for leg in legs), [None] * 3, [{}] * 3)
    assert (len(series), series[0], series[-1], series[1:], list(series)) == (3, legs[0], legs[2], legs[1:], [*legs])
    assert series != legs[:2]
    assert not Series()


def a_record(**more: Any) -> AuditRecord:
    origin = {"topic": "consent.events", "partition": 0, "offset": 1}
    record = AuditRecord.parse({"record_id": "1", "kind": "planned", "at": 1, "origin": origin, "software": "x"})
    return record.changed(**more)
