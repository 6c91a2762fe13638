"""The metrics of one process, in a registry of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from schemas.version import SOFTWARE
from streams.metrics.definition import PREFIX, Definition
from streams.metrics.definitions import BUILD, SECTIONS

if TYPE_CHECKING:
    from streams.metrics.definition import M


class Metrics:
    """`metrics[EVENTS].labels(kind="…", result="…").inc()`. Nothing is shared with other registries."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[Definition[Any], Counter | Gauge | Histogram | Info] = {
            definition: _make(definition, self.registry) for some in SECTIONS.values() for definition in some
        }
        name, version = SOFTWARE.split("/")
        self[BUILD].info({"software": name, "version": version})

    def __getitem__(self, definition: Definition[M]) -> M:
        return cast("M", self._made[definition])

    def with_process(self) -> Metrics:
        """Memory, CPU time, descriptors and the Python release of the process, too."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each: nobody asks when a counter began
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        return self


def _make(definition: Definition[Any], registry: CollectorRegistry) -> Counter | Gauge | Histogram | Info:
    more: dict[str, Any] = {"buckets": definition.buckets} if definition.buckets else {}
    name, sentence = PREFIX + definition.name, definition.sentence.replace("`", "")
    made: Counter | Gauge | Histogram | Info = definition.kind(
        name, sentence, definition.labels, registry=registry, **more
    )
    return made
