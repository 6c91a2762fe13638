"""Which versions really run: asked of each environment, and compared with those that are pinned."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from bench.lineup import ROOT
from infra.kafka import KAFKA_VERSION
from infra.kafka.java import candidates, find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.lineup import Contender

_ASK = """
import json, platform, sys
from importlib.metadata import version
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in sys.argv[1:]}}))
"""
_PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


class WrongVersion(Exception):
    """An environment holds something else than its constraints say, or isn't there."""


def pins(texts: Iterable[str]) -> dict[str, str]:
    """What constraints files pin: name → version."""
    return {_plain(name): pinned for text in texts for name, pinned in _PIN.findall(text)}


def versions(contender: Contender) -> dict[str, str]:
    """Python's and its libraries' versions.

    Raises:
        WrongVersion: one isn't the version that is meant, or the environment isn't there.

    """
    if not contender.python.exists():
        raise WrongVersion(f"there is no {contender.venv}: run `make bench`")
    command = [str(contender.python), "-c", _ASK, *contender.libraries]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command line
    if asked.returncode:
        raise WrongVersion(f"{contender.venv} is incomplete: {asked.stderr.strip().splitlines()[-1]}")
    found: dict[str, str] = json.loads(asked.stdout)
    meant = pins((ROOT / name).read_text("utf-8") for name in contender.constraints)
    for name in contender.libraries:
        if found[name] != meant.get(_plain(name)):
            raise WrongVersion(f"{name} {found[name]} is installed, but {meant.get(_plain(name))} is meant")
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def machine() -> dict[str, str | int]:
    """What the figures were measured on."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "kafka": KAFKA_VERSION,
        "java": find(candidates(os.environ)).major,
        "consent_relay": version("consent-relay"),
    }
