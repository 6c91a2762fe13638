"""When a vendor's ledger can be read as the steps that it was to be told, and when it can't."""

from __future__ import annotations

import pytest

from streams.demo.order import changes, in_order

OUT, IN, GONE = ("withdraw", ""), ("grant", ""), ("delete", "")
A, B = ("grant", "a"), ("grant", "b")


def step(*parts: tuple[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(parts)


@pytest.mark.parametrize(
    ("done", "steps"),
    [
        ([], []),
        ([OUT, IN], [step(OUT), step(IN)]),
        ([OUT, OUT, IN], [step(OUT), step(IN)]),  # two records, or done again after a crash
        ([OUT, IN, IN], [step(OUT), step(IN)]),
        ([OUT, OUT], [step(OUT), step(OUT)]),
        ([B, A, A], [step(A, B), step(A)]),
        ([OUT, IN, OUT, GONE], [step(OUT), step(IN), step(OUT), step(GONE)]),
    ],
)
def test_in_order(done: list[tuple[str, str]], steps: list[frozenset[tuple[str, str]]]) -> None:
    assert in_order(done, steps)


@pytest.mark.parametrize(
    ("done", "steps"),
    [
        ([OUT], []),  # nobody asked for it
        ([], [step(OUT)]),  # never told
        ([IN, OUT], [step(OUT), step(IN)]),
        ([OUT, IN, OUT], [step(OUT), step(IN)]),  # an older one comes back
        ([OUT, GONE], [step(OUT), step(IN), step(GONE)]),  # one was skipped
        ([OUT], [step(OUT), step(OUT)]),  # one of two
    ],
)
def test_not_in_order(done: list[tuple[str, str]], steps: list[frozenset[tuple[str, str]]]) -> None:
    assert not in_order(done, steps)


def test_one_entry_of_a_batch_counts_for_each_of_its_people() -> None:
    ledger = [
        {"vendor": "crm", "effect": "delete", "people": ["x", "y"], "detail": {}},
        {"vendor": "mail", "effect": "grant", "people": ["x"], "detail": {"purpose": "a"}},
    ]
    assert changes(ledger) == {("x", "crm"): [GONE], ("y", "crm"): [GONE], ("x", "mail"): [A]}
