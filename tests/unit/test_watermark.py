"""How far a partition is done, whatever is settled when, and whoever goes on from there."""

from __future__ import annotations

from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st

from processors.delivering.watermark import Watermark


def test_a_new_watermark_stands_where_it_was_put() -> None:
    mark = Watermark(17)
    assert (mark.offset, mark.settled, len(mark)) == (17, frozenset(), 0)


def test_it_stands_at_the_lowest_open_record() -> None:
    mark = Watermark(0)
    assert all(mark.see(offset) for offset in (0, 3, 4))
    mark.settle(3)
    assert (mark.offset, mark.settled, len(mark)) == (0, frozenset({3}), 3)
    mark.settle(0)
    assert (mark.offset, mark.settled, len(mark)) == (4, frozenset(), 1)
    mark.settle(4)
    assert (mark.offset, mark.settled, len(mark)) == (5, frozenset(), 0)


def test_holes_are_passed_over() -> None:
    mark = Watermark(10)
    mark.see(12)
    assert mark.offset == 12
    mark.skip_to(11)
    mark.settle(12)
    mark.skip_to(20)
    assert mark.offset == 20
    mark.skip_to(15)
    assert mark.offset == 20, "never back"


def test_what_an_earlier_owner_settled_is_not_done_again() -> None:
    mark = Watermark(4, {6, 9})
    assert mark.settled == {6, 9}
    assert mark.see(4)
    assert not mark.see(6)
    assert (mark.offset, mark.settled) == (4, frozenset({6, 9}))
    mark.settle(4)
    assert (mark.offset, mark.settled) == (7, frozenset({9}))
    assert not mark.see(9)
    assert (mark.offset, mark.settled) == (10, frozenset())


@given(st.data())
@a_few
def test_a_new_owner_redoes_exactly_what_is_open(data: st.DataObject) -> None:
    """Records are seen, settled and handed over in any order; the model is two plain sets."""
    holes = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=12))
    log = [sum(holes[: n + 1]) for n in range(len(holes))]
    done: set[int] = set()
    mark, position = Watermark(0), 0
    for _ in range(data.draw(st.integers(1, 40))):
        todo = [offset for offset in log[:position] if offset not in done]
        step = data.draw(st.sampled_from(["see", "settle", "settle", "hand over"]))
        if step == "see" and position < len(log):
            assert mark.see(log[position]) == (log[position] not in done)
            position += 1
        elif step == "settle" and todo:
            offset = data.draw(st.sampled_from(todo))
            mark.settle(offset)
            done.add(offset)
        elif step == "hand over":
            start, settled = mark.offset, mark.settled
            redone = {offset for offset in log if offset >= start and offset not in settled}
            assert redone == set(log) - done
            mark, position = (
                Watermark(start, settled),
                next((n for n, offset in enumerate(log) if offset >= start), len(log)),
            )
        seen_open = [offset for offset in log[:position] if offset not in done]
        assert mark.offset <= min(seen_open, default=mark.offset)
        assert all(offset >= mark.offset for offset in mark.settled)
