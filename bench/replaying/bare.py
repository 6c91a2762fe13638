"""The bare reader: confluent-kafka and fastavro, each record decoded and thrown away. Prints s, and processor's s."""

from __future__ import annotations

import sys
import time
from io import BytesIO

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from fastavro import schemaless_reader

from schemas.codec import readable
from schemas.records import AuditRecord
from streams import topics

HEADER = 10
AT_ONCE = 1000


def main() -> None:
    bootstrap, partitions, records = sys.argv[1], [int(one) for one in sys.argv[2].split(",")], int(sys.argv[3])
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "bench-bare-reader", "isolation.level": "read_committed"}
    )
    consumer.assign([TopicPartition(topics.AUDIT, number, OFFSET_BEGINNING) for number in partitions])
    schemas, left = readable(AuditRecord), records
    began, cpu_began = time.perf_counter(), time.process_time()
    while left > 0:
        for message in consumer.consume(AT_ONCE, timeout=1.0):
            body = BytesIO(message.value())
            schema = schemas[body.read(HEADER)]
            schemaless_reader(body, schema, None)
            left -= 1
    sys.stdout.write(f"{time.perf_counter() - began} {time.process_time() - cpu_began}\n")
    consumer.close()


if __name__ == "__main__":
    main()
