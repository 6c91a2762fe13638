"""The rows of the law about time. Each carries the provision that it rests on, and how sure we are of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.events import Channel, Kind
from schemas.policy.rows import Id, Table, Text
from schemas.regimes import Regime as LawId

LawEvent = Literal[
    "request.refused", "appeal.requested", "measures.requested", "disclosure.requested", "signal.received",
    "consent.spoken", "transfer.started",
]  # fmt: skip
"""What starts a clock, but comes in through no event of its own (yet)."""
EventName = Literal[Kind, LawEvent, "*"]
EVENTS: tuple[str, ...] = (*get_args(Kind), *get_args(LawEvent))
DutyLeg = Literal["own", "processor", "third_party", "reply", "ack", "notify"]
LEGS: tuple[DutyLeg, ...] = get_args(DutyLeg)
Mark = Literal["verified", "secondary", "unverified"]
Unit = Literal["hour", "calendar_day", "business_day", "working_day", "month", "none"]
SHORT = {"hour": "h", "calendar_day": "d", "business_day": "bd", "working_day": "wd", "month": "mo"}
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
RegimeId = Literal[LawId, "house"]
"""house: our own targets, for what no law speaks of."""
Count = Annotated[int, Field(ge=1, le=3650)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("is no time zone, as Asia/Hong_Kong is") from None
    return name


class Sourced(Table):
    """mark: `verified` in the provision's own words, `secondary` as others quote it, `unverified` general knowledge.

    citation: the provision; address: where its wording was read, or where it can be.
    """

    citation: Text
    address: Text
    mark: Mark
    note: Text | None = None


class Place(Table):
    """Where days are counted. `calendars`: ISO 3166 codes; a day is a holiday where it is one in all of them."""

    zone: Annotated[str, AfterValidator(_zone)]
    calendars: tuple[Code, ...] = ()
    weekend: tuple[Weekday, ...] = ("sat", "sun")
    note: Text | None = None


class Regime(Sourced):
    """A law. Of several `places` the event's jurisdiction chooses; where it doesn't, the earliest holds.

    jurisdictions: where it is the law, as events name it: `EEA`, `US-CA`. rolls: a period of days or months that ends
    on a day off goes on to the next working day.
    """

    id: RegimeId
    title: Text
    jurisdictions: tuple[Text, ...]
    places: Annotated[tuple[Place, ...], Field(min_length=1)]
    rolls: bool = False


class Term(Table):
    """So much time. Unit `none`: the law names no number, and `target_days` is our own target, in calendar days."""

    amount: Count | None = None
    unit: Unit
    target_days: Annotated[int, Field(ge=0, le=3650)] | None = None

    @model_validator(mode="after")
    def _number(self) -> Self:
        if self.unit == "none" and (self.amount is not None or self.target_days is None):
            raise ValueError("target_days: with unit none, give our own target_days and no amount")
        if self.unit != "none" and (self.amount is None or self.target_days is not None):
            raise ValueError("amount: with a unit of the law, give its amount and no target_days")
        return self

    @property
    def short(self) -> str:
        return f"internal-{self.target_days}d" if self.unit == "none" else f"{self.amount}{SHORT[self.unit]}"


class Extension(Term):
    """How much longer, once; counted together with the first term. needs_reason: the controller must give one."""

    needs_reason: bool


class Deadline(Sourced, Term):
    """One duty of one regime: until when `leg` is due after any of `events`.

    topic: the word for the events in its rule. start: what the period counts from; `decision` counts from
    receipt, too, until decisions are events: early, never late. channels: only for an event that names channels, and
    none but these. notice_needed: the person must be told, in time, when it takes longer or why it is not done.
    valid_from, valid_to: for what is received on these days and between, in the regime's zone.
    """

    regime: RegimeId
    topic: Id
    events: Annotated[tuple[EventName, ...], Field(min_length=1)]
    leg: DutyLeg
    start: Literal["received", "sent", "decision"] = "received"
    extension: Extension | None = None
    notice_needed: bool = False
    channels: tuple[Channel, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def rule(self) -> str:
        """As in `ccpa.optout.processor.15bd`: what stands in every output."""
        return f"{self.regime}.{self.topic}.{self.leg}.{self.short}"

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to: is before valid_from")
        if self.extension and self.extension.unit not in (self.unit, "none"):
            raise ValueError("extension: its unit must be the row's own, or none")
        return self


class Period(Sourced):
    """A number of the law that is no deadline: how long to keep, not to ask again, how far back, up to which age."""

    id: Id
    regime: RegimeId
    meaning: Literal["keep", "do_not_ask", "look_back", "answer_within", "steps", "below_age", "from_age"]
    amount: Count
    unit: Literal["calendar_day", "month", "year", "step"]
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def name(self) -> str:
        return f"{self.regime}.{self.id}"
