"""The router as the product runs it: the worker's own command, with everything that the router does, and no lanes.

No web port, so no `/metrics` page and no agent that follows withdrawals in the audit.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench.accounts import NO_LIMIT, SECRETS
from bench.workload import PEPPER, RELAY_KEY
from streams.cli import main


def run(*options: str) -> None:
    """Run a worker with these options until it is stopped."""
    directory = Path(os.environ["BENCH_DIR"])
    os.environ |= {
        "CONSENT_RELAY_BOOTSTRAP_SERVERS": os.environ["BENCH_BOOTSTRAP"],
        "CONSENT_RELAY_CLUSTER_PREFIX": "bench",
        "CONSENT_RELAY_CONFIG": str(directory / "relay.toml"),
        "CONSENT_RELAY_DATA_DIR": str(directory / "ours"),
        "CONSENT_RELAY_PARTITIONS": os.environ["BENCH_PARTITIONS"],
        "CONSENT_RELAY_PEPPER": PEPPER.hex(),
        "CONSENT_RELAY_RELAY_KEY": RELAY_KEY.hex(),
        "CONSENT_RELAY_SECRETS_DIR": str(directory / SECRETS),
        "CONSENT_RELAY_LIMITS_SCALE": str(NO_LIMIT),
        "CONSENT_RELAY_WEB_PORT": "0",
        "CONSENT_RELAY_LOG_LEVEL": "warning",
    }
    sys.argv = ["consent-relay", "worker", "--id", "bench", *options]
    main()


if __name__ == "__main__":
    run("--roles", "router")
