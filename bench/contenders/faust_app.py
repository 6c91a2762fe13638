"""The agent of both Faust contenders, as Faust's user guide writes them. It promises at least once.

`await topic.send()` returns when the record is in the producer's buffer; offsets are committed after a flush of that.
`send_soon` takes a third more of the processor, its own buffer being full all the time; awaiting each delivery too is
a round trip for each record. One actor: with a higher `concurrency` Faust loses events, and their order.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import faust

from bench.contenders.outputs import AUDIT, DELIVERIES, EVENTS, LANES, STATE, Outputs


def run(**settings: Any) -> None:
    """Run the app until it is stopped."""
    outputs = Outputs()
    app = faust.App(
        "bench-faust-agent",
        broker=f"kafka://{os.environ['BENCH_BOOTSTRAP']}",
        datadir=Path(os.environ["BENCH_DIR"]) / "faust",
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        **settings,
    )
    events = app.topic(EVENTS)
    topics = {name: app.topic(name) for name in (*(DELIVERIES + lane for lane in LANES), AUDIT, STATE)}

    @app.agent(events, concurrency=1, name="route")
    async def route(stream: faust.StreamT[bytes]) -> None:
        """What follows from each event, one event after the other."""
        async for event in stream.events():
            message = event.message
            decoded = outputs.decode(event.value)
            for out in outputs.of(decoded, message.partition, message.offset, int(message.timestamp * 1_000_000)):
                await topics[out.topic].send(key=out.key, value=out.value, partition=out.partition)

    # At `warn` its spinner has every debug message made, which costs a tenth of its speed.
    sys.argv = ["faust", "worker", "--loglevel", "info", "--without-web"]
    app.main()
