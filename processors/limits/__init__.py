"""How often a vendor may be called, as plain values and functions of a clock. No sleep, no Kafka.

Own, because no kept library does what a lane needs (read on PyPI, November 2026):

- aiolimiter 1.3.0: a leaky bucket of one rate, on the event loop's own clock (no other can be given), no state out.
- pyrate-limiter 4.5.1: several rates and a clock of one's own, but it waits by `time.sleep`/`asyncio.sleep`, its
  asyncio lock and bucket know no shares, and what is kept is one log entry a call in SQLite, Redis or Postgres.
- limits 5.8.0: a sliding log, but of one window a call, `time.time()` is called inside, and `hit` says yes or no:
  the wait, the queue and several windows at once would be ours. Kept in Redis, Memcached or MongoDB.
- throttled-py 3.5.0: one quota a limiter, `time.monotonic()` inside; waits by `asyncio.sleep`; memory or Redis.

None reserves ahead, takes its past from a record, gives a part away with a partition, or counts a call from when it
is sent until its answer: the vendor counts it at some moment in between.
"""
