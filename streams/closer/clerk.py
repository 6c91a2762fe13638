"""What all partitions of a worker's closer share."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.closing.extension import extension
from streams.control import Control
from streams.metrics.registry import Metrics
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from processors.closing.orders import Extension


@dataclass(frozen=True, slots=True)
class Clerk:
    """now: µs since 1970; interval_s: so long changes are collected for a transaction while many come in.

    beside: partition → what goes on as long as that one is held.
    """

    control: Control = field(default_factory=Control)
    now: Callable[[], int] = now_micros
    interval_s: float = 0.5
    extension: Extension = extension
    metrics: Metrics = field(default_factory=Metrics)
    beside: Callable[[int], AbstractContextManager[None]] = lambda _: nullcontext()
