"""One lane as the product runs it: the worker's own command, without the router."""

from __future__ import annotations

from bench.contenders.ours import run

if __name__ == "__main__":
    run("--roles", "lanes")
