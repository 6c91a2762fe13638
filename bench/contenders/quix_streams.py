"""Quix Streams with its exactly-once guarantee: one branch of the dataframe for each topic.

Its `to_topic` takes a key and no partition: here the event's own key, which its partitioner (murmur2) puts where the
event came from.
"""

from __future__ import annotations

import os
from operator import itemgetter
from pathlib import Path
from typing import Any

from quixstreams import Application, message_context

from bench.contenders.outputs import AUDIT, DELIVERIES, EVENTS, LANES, STATE, Outputs

outputs = Outputs()


def route(value: bytes, _key: bytes, timestamp: int, _headers: Any) -> dict[str, bytes]:
    """Topic → what to write there. timestamp: ms."""
    place = message_context()
    outs = outputs.of(outputs.decode(value), place.partition, place.offset, timestamp * 1000)
    return {out.topic: out.value for out in outs}


def main() -> None:
    app = Application(
        broker_address=os.environ["BENCH_BOOTSTRAP"],
        consumer_group="bench-quix-streams",
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_interval=1.0,
        processing_guarantee="exactly-once",
        producer_extra_config={"linger.ms": 50},
        state_dir=Path(os.environ["BENCH_DIR"]) / "quix",
        loglevel="WARNING",
    )
    events = app.topic(EVENTS, key_deserializer="bytes", value_deserializer="bytes")
    routed = app.dataframe(events).apply(route, metadata=True)
    for name in (*(DELIVERIES + lane for lane in LANES), AUDIT, STATE):
        topic = app.topic(name, key_serializer="bytes", value_serializer="bytes")
        routed.apply(itemgetter(name)).to_topic(topic)
    app.run()


if __name__ == "__main__":
    main()
