"""Whose a request is that is named by its event_id alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import EVENT, PID, delivery, planned, record
from reporting_support import facts

from schemas.errors import InvalidRecord
from streams.commands import audit_facts
from streams.commands.audit_facts import asked
from streams.settings import Settings

if TYPE_CHECKING:
    from processors.reporting.fact import Fact

FOUND = facts(record("command", controller=None), planned(delivery("crm")))


@pytest.fixture(autouse=True)
def audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person's, that begins with what a command did and so names no company at first."""

    async def askers(_: Settings, __: str) -> set[tuple[str, str]]:
        return {(EVENT, PID)}

    async def facts_of(_: Settings, __: str) -> list[Fact]:
        return FOUND

    monkeypatch.setattr(audit_facts, "_askers", askers)
    monkeypatch.setattr(audit_facts, "facts_of", facts_of)


def test_a_request_is_its_companys_whatever_the_persons_first_record_is() -> None:
    assert asked(Settings(), "oomnis", EVENT) == (FOUND, EVENT)


def test_a_request_of_another_company_is_not_told() -> None:
    with pytest.raises(InvalidRecord, match="not of osows"):
        asked(Settings(), "osows", EVENT)


@pytest.mark.parametrize(
    ("event", "complaint"), [(EVENT, "2 people have an event with that id: name the person by --subject"),
                             (f"{EVENT}-2", "2 events begin with .*: write more of it")],
)  # fmt: skip
def test_who_is_meant_must_be_clear(monkeypatch: pytest.MonkeyPatch, event: str, complaint: str) -> None:
    async def askers(_: Settings, __: str) -> set[tuple[str, str]]:
        return {(EVENT, PID), (event, "p1.bob")}

    monkeypatch.setattr(audit_facts, "_askers", askers)
    with pytest.raises(InvalidRecord, match=complaint):
        asked(Settings(), "oomnis", EVENT)
