"""When a vendor's ledger can be read as the steps that it was to be told, and when it can't."""

from __future__ import annotations

import pytest

from streams.demo.order import Done, Outage, changes, repeats

OUT, IN, GONE = ("withdraw", ""), ("grant", ""), ("delete", "")
A, B = ("grant", "a"), ("grant", "b")


def step(*parts: tuple[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(parts)


def made(*parts: tuple[str, str]) -> list[Done]:
    """A change a second, the same one always by the very same call."""
    return [Done(change, str(change), at) for at, change in enumerate(parts)]


@pytest.mark.parametrize(
    ("done", "steps"),
    [
        ([], []),
        ([OUT, IN], [step(OUT), step(IN)]),
        ([OUT, OUT], [step(OUT), step(OUT)]),
        ([B, A, A], [step(A, B), step(A)]),
        ([OUT, IN, OUT, GONE], [step(OUT), step(IN), step(OUT), step(GONE)]),
    ],
)
def test_in_order(done: list[tuple[str, str]], steps: list[frozenset[tuple[str, str]]]) -> None:
    assert repeats(made(*done), steps) == 0


@pytest.mark.parametrize(
    ("done", "steps"),
    [
        ([OUT], []),  # nobody asked for it
        ([], [step(OUT)]),  # never told
        ([IN, OUT], [step(OUT), step(IN)]),
        ([OUT, IN, OUT], [step(OUT), step(IN)]),  # an older one comes back
        ([OUT, GONE], [step(OUT), step(IN), step(GONE)]),  # one was skipped
        ([OUT], [step(OUT), step(OUT)]),  # one of two
        ([A, OUT], [step(A, B), step(OUT)]),  # a step half done
        ([A], [step(A, B)]),
    ],
)
def test_not_in_order_whatever_was_away(done: list[tuple[str, str]], steps: list[frozenset[tuple[str, str]]]) -> None:
    assert repeats(made(*done), steps, [Outage(0, 9)]) is None


def test_two_records_of_a_person_are_two_calls() -> None:
    done = [Done(OUT, "contact", 0), Done(OUT, "lead", 1), Done(IN, "contact", 2), Done(IN, "lead", 3)]
    assert repeats(done, [step(OUT), step(IN)]) == 0


@pytest.mark.parametrize(
    ("outages", "count"),
    [
        ([], None),
        ([Outage(3, 4)], None),  # later
        ([Outage(1, 1)], 1),  # killed in between
        ([Outage(-5, 0)], 1),  # the first call was made while the broker was away
        ([Outage(2, 9)], 1),  # the second one was
    ],
)
def test_the_very_same_call_again_needs_an_outage_in_between(outages: list[Outage], count: int | None) -> None:
    done = [Done(OUT, "x", 0), Done(OUT, "x", 2)]
    assert repeats(done, [step(OUT)], outages) == count


def test_each_repeat_needs_an_outage_of_its_own() -> None:
    done = [Done(OUT, "x", 0), Done(OUT, "x", 2), Done(OUT, "x", 4)]
    assert repeats(done, [step(OUT)], [Outage(1, 1)]) is None
    assert repeats(done, [step(OUT)], [Outage(1, 1), Outage(3, 3)]) == 2


def test_an_outage_excuses_no_older_instruction_after_a_newer_one() -> None:
    assert repeats(made(OUT, IN, OUT), [step(OUT), step(IN)], [Outage(0, 9)]) is None


def test_one_entry_of_a_batch_counts_for_each_of_its_people() -> None:
    call = {"request": "r", "at": 7}
    ledger = [
        {"vendor": "crm", "effect": "delete", "people": ["x", "y"], "detail": {}, **call},
        {"vendor": "mail", "effect": "grant", "people": ["x"], "detail": {"purpose": "a"}, **call},
    ]
    gone = Done(GONE, "r", 7)
    assert changes(ledger) == {("x", "crm"): [gone], ("y", "crm"): [gone], ("x", "mail"): [Done(A, "r", 7)]}
