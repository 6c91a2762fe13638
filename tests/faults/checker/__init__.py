"""The independent judge of a run: it shares no code with the product, and reads a run's directory only.

Of the directory (see docs/fault-tests.md) it reads input.jsonl, acked.jsonl, ledger/<connection>.jsonl, people.json,
vendors.json, relay.toml, faults.jsonl, expect.json, logs/*; and what `dump` writes: events.jsonl, audit.jsonl,
dead_letters.jsonl, requests.jsonl, topics/*.txt; of lanes that may have open deliveries deliveries/<lane>.jsonl and
lane-state/<lane>.jsonl.

faults.jsonl: whatever happens to workers and broker must stand in it, and when the vendors' process stood still, each
with at and until (µs), as it may lose the outcome of a call. Of a connection (`whom`) only what makes it slow counts:
it may carry out later what was asked.
Other calls that fail are tries that the audit counts.
expect.json: policy, pids; open: lanes that may have open deliveries; limits: {connection: [[calls, seconds], ...]};
partitions of consent.events (4); in_hand: how many calls a worker may have in hand when it dies, where vendors are
well and one worker works at a time: then only these are made again.
"""

from checker.dump import dump
from checker.finding import RULES, Finding
from checker.judging import check

__all__ = ["RULES", "Finding", "check", "dump"]
