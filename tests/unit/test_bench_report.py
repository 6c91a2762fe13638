from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from bench.lineup import LINEUP, ROOT, Contender
from bench.report import Entry, as_json, table
from bench.samples import Progress, Result, Sample
from bench.versions import pins

OURS, THEIRS = (Contender(name, name.title(), "exactly once", ()) for name in ("ours", "theirs"))


def entry(contender: Contender, *rates: float, done: int = 100) -> Entry:
    return Entry(contender, results=[Result(rate, done, 10.0, 250.0) for rate in rates])


def progress(*samples: tuple[float, int]) -> Progress:
    seen = Progress()
    for at, total in samples:
        seen.saw(Sample(at, total, cpu_s=at / 2))
    return seen


def test_the_first_progress_is_where_measuring_begins() -> None:
    seen = progress((0.0, 0), (5.0, 300), (5.5, 300), (6.0, 600), (7.0, 900), (9.0, 900))
    assert seen.moved(per_one=3) == 200
    assert seen.measured_s == 2.0
    assert seen.cpu_used_s() == 1.0
    assert seen.quiet_s(9.0) == 2.0
    assert seen.total == 900


def test_where_work_was_seen_to_begin_all_of_it_counts() -> None:
    seen = Progress()
    seen.begins(Sample(4.0, 0, 1.0, 2.0))
    for at, total in ((5.0, 300), (8.0, 900)):
        seen.saw(Sample(at, total, at, 2.0 + at / 10))
    assert seen.moved(per_one=1) == 900
    assert seen.measured_s == 4.0
    assert seen.cpu_used_s() == 7.0
    assert seen.vendor_busy() == pytest.approx(0.2)


def test_transaction_markers_are_no_records() -> None:
    assert progress((0.0, 100), (1.0, 400)).moved(per_one=3, records_per_offset=0.9) == pytest.approx(90)


def test_one_step_can_not_be_measured() -> None:
    with pytest.raises(ValueError, match="too few events"):
        progress((1.0, 900)).moved(per_one=3)


def test_before_any_progress_nothing_is_quiet() -> None:
    assert progress((0.0, 0)).quiet_s(50.0) == 0.0


def test_the_median_counts_and_ratios_are_ours_to_theirs() -> None:
    ours, theirs = as_json([entry(OURS, 100, 900, 400), entry(THEIRS, 200)])
    assert (ours["per_s"], ours["min_per_s"], ours["max_per_s"]) == (400, 100, 900)
    assert ours["ratio"] == 1
    assert theirs["ratio"] == 2
    assert theirs["cpu_us"] == 250


def test_without_ours_there_is_no_ratio() -> None:
    assert as_json([entry(THEIRS, 200)])[0]["ratio"] is None


def shown(*entries: Entry) -> str:
    text = StringIO()
    Console(file=text, width=150).print(table(entries, "Title", 100))
    return text.getvalue()


def test_where_a_vendor_was_asked_its_busiest_run_is_shown() -> None:
    results = [Result(100.0, 100, 10.0, 250.0, 400.0, busy) for busy in (0.05, 0.12, 0.1)]
    text = shown(Entry(OURS, results=results), Entry(THEIRS, errors=["it died"]))
    assert "vendor's cores" in text
    assert "0.12" in text


def test_a_failure_and_a_part_are_seen_in_the_table() -> None:
    failed = Entry(OURS, errors=["it died\n  | Traceback"])
    text = shown(failed, entry(THEIRS, 1234.5, done=60))
    assert "failed" in text
    assert "vendor" not in text
    assert "1,234" in text
    assert "60 of 100" in text


def test_pins_are_read_from_constraints() -> None:
    text = "# a comment\nconfluent-kafka==2.16.1\nfaust_streaming==0.15.3\n\nloose>=1\n"
    assert pins([text, "uvloop==0.23.0"]) == {
        "confluent-kafka": "2.16.1",
        "faust-streaming": "0.15.3",
        "uvloop": "0.23.0",
    }


@pytest.mark.parametrize("contender", LINEUP, ids=lambda contender: contender.name)
def test_every_contender_has_its_program_and_its_pins(contender: Contender) -> None:
    assert (ROOT / "bench" / "contenders" / f"{contender.name}.py").exists()
    found = pins((ROOT / name).read_text("utf-8") for name in contender.constraints)
    assert set(contender.libraries) <= set(found)
