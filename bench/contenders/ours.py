"""The router as the product runs it: the worker's own command, with everything that the router does, and no lanes.

No web port, so no `/metrics` page and no agent that follows withdrawals in the audit.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from streams.cli import main

directory = Path(os.environ["BENCH_DIR"])
os.environ |= {
    "CONSENT_RELAY_BOOTSTRAP_SERVERS": os.environ["BENCH_BOOTSTRAP"],
    "CONSENT_RELAY_CLUSTER_PREFIX": "bench",
    "CONSENT_RELAY_CONFIG": str(directory / "relay.toml"),
    "CONSENT_RELAY_DATA_DIR": str(directory / "ours"),
    "CONSENT_RELAY_PARTITIONS": os.environ["BENCH_PARTITIONS"],
    "CONSENT_RELAY_PEPPER": "70" * 32,
    "CONSENT_RELAY_RELAY_KEY": "6b" * 32,
    "CONSENT_RELAY_WEB_PORT": "0",
    "CONSENT_RELAY_LOG_LEVEL": "warning",
}
sys.argv = ["consent-relay", "worker", "--roles", "router", "--id", "bench"]
main()
