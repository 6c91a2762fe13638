"""The soak as a picture: a panel for each measure, a line for each life of a worker, marks for the faults."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from soaking.sample import Fault, Reading

_MINUTE_S = 60.0
_LINES, _MARKS = mpl.color_sequences["tab10"], mpl.color_sequences["Dark2"]


class Panel(NamedTuple):
    """A line for each life of a worker or each vendor, or for each lane: the sum or the most of what workers tell."""

    measure: str
    label: str
    lanes: Any = None
    """`sum` or `max`."""
    log: bool = False


PANELS = (
    Panel("memory_mb", "resident memory / MB"),
    Panel("requests", "requests kept"),
    Panel("descriptors", "open file descriptors"),
    Panel("threads", "threads"),
    Panel("lag_records", "lag / records", sum, log=True),
    Panel("kept", "kept in lane states\n/ deliveries", sum, log=True),
    Panel("lag_s", "age of the oldest\nunsettled / s", max, log=True),
    Panel("ledger", "accepted calls"),
)


def draw(path: Path, readings: Sequence[Reading], faults: Iterable[Fault], title: str) -> None:
    """Write a PNG."""
    figure = Figure(figsize=(14, 24), layout="constrained")
    figure.suptitle(title)
    places = figure.subplots(len(PANELS), 1, sharex=True)
    struck = list(faults)
    for place, panel in zip(places, PANELS, strict=True):
        _mark(place, struck)
        _fill(place, panel, [reading for reading in readings if reading.measure == panel.measure])
    places[-1].set_xlabel("time since the begin / min")
    handles, labels = places[0].get_legend_handles_labels()
    kinds = {label: handle for handle, label in zip(handles, labels, strict=True) if label.startswith("fault: ")}
    figure.legend(kinds.values(), kinds.keys(), loc="outside lower center", ncols=6, fontsize="small")
    figure.savefig(path, dpi=100)


def _mark(place: Any, faults: Sequence[Fault]) -> None:
    kinds = sorted({fault.what for fault in faults})
    for fault in faults:
        colour = _MARKS[kinds.index(fault.what) % len(_MARKS)]
        begin, end = fault.begin_s / _MINUTE_S, fault.end_s / _MINUTE_S
        place.axvspan(begin, end, color=colour, alpha=0.12, linewidth=0)
        place.axvline(begin, color=colour, alpha=0.7, linewidth=0.8, label=f"fault: {fault.what}")


def _fill(place: Any, panel: Panel, readings: Sequence[Reading]) -> None:
    lines = _by_lane(readings, panel.lanes) if panel.lanes else _by_life(readings)
    names = sorted({name for name, _ in lines})
    for (name, life), points in sorted(lines.items()):
        colour = _LINES[names.index(name) % len(_LINES)]
        label = name if life == min(each for other, each in lines if other == name) else None
        times = [at / _MINUTE_S for at in points]
        place.plot(times, list(points.values()), color=colour, linewidth=1.2, label=label)
    place.set_ylabel(panel.label)
    if panel.log:
        place.set_yscale("symlog", linthresh=1)
    place.set_ylim(bottom=0)
    place.grid(alpha=0.3)
    own = {label: handle for handle, label in zip(*place.get_legend_handles_labels(), strict=True) if label in names}
    place.legend(own.values(), own.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small")


_Lines = dict[tuple[str, int], dict[float, float]]


def _by_life(readings: Iterable[Reading]) -> _Lines:
    lines: _Lines = defaultdict(dict)
    for reading in readings:
        lines[reading.who, reading.life][reading.at_s] = reading.value
    return lines


def _by_lane(readings: Iterable[Reading], together: Any) -> _Lines:
    told: dict[str, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    for reading in readings:
        told[reading.lane][reading.at_s].append(reading.value)
    return {(lane, 0): {at: together(values) for at, values in times.items()} for lane, times in told.items()}
