"""The definitions: one page made of them, plain names, and label values that are bounded."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from prometheus_client import Counter, Gauge, Histogram

from schemas.errors import DataError
from streams.metrics.definitions import SECTIONS
from streams.metrics.labels import LABELS
from streams.metrics.page import page
from streams.metrics.registry import Metrics
from streams.metrics.words import ALARMS, REASONS, kind_word, lane_reason, one_of, place_of

if TYPE_CHECKING:
    from streams.metrics.definition import Definition

ROOT = Path(__file__).parents[2]
ALL: list[Definition[Any]] = [definition for some in SECTIONS.values() for definition in some]
SOURCES = {
    path: path.read_text("utf-8") for package in ("streams", "processors") for path in (ROOT / package).rglob("*.py")
}
UNITS = ("seconds", "records", "info")


def test_the_page_is_made_from_the_definitions() -> None:
    remedy = "run: python -m streams.metrics > docs/metrics.md"
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == page(), remedy


def test_the_page_names_every_metric_as_a_scrape_does() -> None:
    metrics = Metrics()
    scraped = {
        f"{family.name}_total" if family.type == "counter" else family.name for family in metrics.registry.collect()
    }
    assert {one.full_name.removesuffix("_info") for one in ALL} == scraped
    assert all(f"| `{one.full_name}` |" in page() for one in ALL)


def test_no_document_names_a_metric_that_there_is_not() -> None:
    known = {one.full_name for one in ALL}
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        named = {name.rstrip("_") for name in re.findall(r"consent_relay_\w+", path.read_text("utf-8"))}
        assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in named} <= known, path.name


def test_every_name_is_given_once() -> None:
    assert len({definition.name for definition in ALL}) == len(ALL)


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.name)
def test_a_metric_has_a_plain_name_a_sentence_and_labels_that_are_explained(definition: Definition[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", definition.name)
    assert definition.sentence.endswith((".", "…"))
    assert set(definition.labels) <= LABELS.keys()
    assert bool(definition.buckets) == (definition.kind is Histogram)
    assert list(definition.buckets) == sorted(set(definition.buckets))
    if definition.kind is Histogram:
        assert definition.name.endswith(UNITS)
    assert definition.kind in {Counter, Gauge, Histogram} or definition.name == "build"


def test_every_label_that_is_explained_is_used() -> None:
    assert {label for definition in ALL for label in definition.labels} == LABELS.keys()


def test_no_label_can_hold_a_person() -> None:
    assert not LABELS.keys() & {"pid", "subject", "subject_id", "event_id", "delivery_id", "path", "url", "offset"}


def test_every_status_that_we_answer_a_call_with_is_named() -> None:
    texts = [text for path, text in SOURCES.items() if "self._counter.labels(" in text and "web.Response" in text]
    assert len(texts) == 3
    numbers = {int(number) for text in texts for number in re.findall(r"\b[2-5]\d\d\b", text)}
    raised = re.findall(r"raise web\.(HTTP\w+)", SOURCES[ROOT / "streams" / "called.py"])
    answered = (numbers & set(HTTPStatus)) | {getattr(web, name).status_code for name in raised}
    assert {f"`{status}`" for status in answered} == set(re.findall(r"`\d+`", LABELS["http"]))


def test_every_alarm_that_the_code_can_raise_has_its_word() -> None:
    said = {word for text in SOURCES.values() for word in re.findall(r'alarm="(\w+)"', text)}
    rejecting = SOURCES[ROOT / "processors" / "routing" / "reject.py"]
    said |= set(re.findall(r'alarms(?:\.append\(|=\(\*routed\.alarms, )"(\w+)"', rejecting))
    assert len(said) >= 4
    assert said <= ALARMS


def test_every_reason_for_which_the_router_rejects_has_its_word() -> None:
    parts = ("routing", "planning")
    texts = [text for path, text in SOURCES.items() if path.parent.name in parts or path.name == "plan.py"]
    said = {word for text in texts for word in re.findall(r'InvalidRecord\([^)]*reason="(\w+)"', text, re.DOTALL)}
    kinds: list[type[DataError]] = [DataError, *DataError.__subclasses__()]
    assert said >= {"partition_mismatch", "event_id_reuse", "clock"}
    assert said | {kind.reason for kind in kinds} <= REASONS["router"]


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("gave_up_after_http_503", "gave_up"),
        ("missing_identity", "missing_identity"),
        ("invalid_data_in_2024_07_11", "refused"),
        ("http_400", "refused"),
        (None, "refused"),
    ],
)
def test_a_vendors_own_codes_are_one_word(reason: str | None, word: str) -> None:
    assert lane_reason(reason) == word


def test_what_is_not_known_is_counted_under_a_common_word() -> None:
    assert one_of(ALARMS, "jane.roe@example.org") == one_of(ALARMS, None) == "other"
    assert kind_word("jane.roe@example.org") == kind_word(None) == "unknown"
    assert kind_word("consent.withdrawn") == "consent.withdrawn"


def test_the_place_of_a_role() -> None:
    assert place_of("router") == ("router", "")
    assert place_of("lane zoho-crm") == ("lane", "zoho-crm")
