"""A Faust agent with the settings that Faust comes with."""

from __future__ import annotations

from bench.contenders.faust_app import run

if __name__ == "__main__":
    run()
