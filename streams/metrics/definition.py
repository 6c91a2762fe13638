"""What a metric is: its kind, its name, its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram, Info

M = TypeVar("M", Counter, Gauge, Histogram, Info)
PREFIX = "consent_relay_"


@dataclass(frozen=True, slots=True, eq=False)
class Definition(Generic[M]):
    """`name` without the prefix and without a counter's `_total`; `buckets`: upper bounds of a histogram."""

    kind: type[M]
    name: str
    sentence: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def full_name(self) -> str:
        """As it stands in a scrape."""
        return f"{PREFIX}{self.name}{'_total' if self.kind is Counter else '_info' if self.kind is Info else ''}"
