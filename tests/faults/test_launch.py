"""What a worker is asked to suffer, it suffers, or it doesn't start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harness.clock import Jumping
from harness.launch import PROGRAM
from harness.patching import patch


def launch(**env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *PROGRAM, "--version"]
    return subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize(
    "env", [{"FAULTS_CUT": "nowhere:1"}, {"FAULTS_CUT": "before_call"}, {"FAULTS_PLANT": "nothing_known"}]
)
def test_a_fault_that_nobody_knows_keeps_the_worker_from_starting(env: dict[str, str]) -> None:
    ended = launch(**env)
    assert ended.returncode != 0
    assert "Error" in ended.stderr


def test_a_name_that_the_product_has_no_more_is_an_error() -> None:
    with pytest.raises(LookupError, match="time has no times any more"):
        patch(time, "times", lambda there: there)


def test_the_clock_goes_by_its_file(tmp_path: Path) -> None:
    clock = Jumping(tmp_path / "clock")
    assert abs(clock.time() - time.time()) < 60
    for ahead in ("3600", "-3600.5"):
        (tmp_path / "clock").write_text(ahead, "utf-8")
        assert abs(clock.time() - time.time() - float(ahead)) < 60
    (tmp_path / "clock").write_text("", "utf-8")
    assert abs(clock.time_ns() / 1e9 - time.time() + 3600.5) < 60


def test_the_worker_has_that_clock(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("86400", "utf-8")
    says = "from harness import launch; launch.prepare(); from streams.ownership.tenure import now_micros as now"
    code = f"{says}; print(now() // 1_000_000)"
    env = {"PYTHONPATH": str(Path(PROGRAM[0]).parents[1]), "FAULTS_CLOCK": str(tmp_path / "clock")}
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=True)  # noqa: S603
    assert abs(int(said.stdout) - time.time() - 86400) < 600
