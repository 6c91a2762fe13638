from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processors.engine.connect import connectors
from processors.engine.transport import http_transport
from schemas.connections import load_config
from schemas.errors import SetupError
from streams.commands.child import Child
from streams.commands.people import people_of
from streams.commands.sandbox import known, open_sandbox, place_of
from streams.commands.up import environment
from streams.demo.process import WorkerProcess
from streams.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "examples" / "withdrawal.jsonl"
SLEEPER = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
)
ORPHANING = """
import asyncio, os, pathlib, sys, time
from streams.commands.child import Child
async def main():
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    child = await Child.start(command, os.environ, pathlib.Path(sys.argv[1]))
    print(child._process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def eventually(happens: Callable[[], bool], limit_s: float = 10.0) -> bool:
    deadline = time.monotonic() + limit_s
    while not (done := happens()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return done


def is_gone(pid: int) -> bool:
    """Ended, though perhaps not reaped by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_worker_gets_this_broker_and_this_sandbox_and_no_real_secret(tmp_path: Path) -> None:
    settings = Settings(
        bootstrap_servers="127.0.0.1:23456", cluster_prefix="local", data_dir=tmp_path, pepper_file=tmp_path / "p"
    )
    inherited = {
        "PATH": "/bin",
        "CONSENT_RELAY_BOOTSTRAP_SERVERS": "kafka.prod:9092",
        "CONSENT_RELAY_CONFIG": "/etc/relay.toml",
        "CONSENT_RELAY_SECRETS_DIR": "/run/secrets",
        "CONSENT_RELAY_SECRET_ZOHO_REFRESH_TOKEN": "the real one",
        "CONSENT_RELAY_LOG_LEVEL": "debug",
        "CONSENT_RELAY_WEB_HOST": "::1",
    }
    made = environment(settings, inherited)
    assert "the real one" not in made.values()
    assert made["CONSENT_RELAY_BOOTSTRAP_SERVERS"] == "127.0.0.1:23456"
    assert made["CONSENT_RELAY_CONFIG"] == str(tmp_path / "sandbox" / "relay.toml")
    assert made["CONSENT_RELAY_SECRETS_DIR"] == str(tmp_path / "sandbox" / "secrets")
    assert made["CONSENT_RELAY_PEPPER_FILE"] == str(tmp_path / "p")
    assert made["CONSENT_RELAY_WEB_HOST"] == "127.0.0.1"  # where it is asked whether it is ready
    assert (made["PATH"], made["CONSENT_RELAY_LOG_LEVEL"]) == ("/bin", "debug")


async def test_the_sandbox_leaves_a_configuration_and_secrets_to_work_by(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    place = place_of(settings)
    sandbox = await open_sandbox(settings, 0, known(3, 1, str(EXAMPLE)))
    try:
        config = load_config(place.config)
        told = settings.model_copy(update={"secrets_dir": place.secrets})
        async with http_transport() as transport:
            assert connectors(config, told.secret, transport).keys() == config.connections.keys()
        for connection in config.connections.values():
            assert connection.base_url
            assert connection.base_url.startswith(sandbox.world.base_url)
        async with sandbox.client() as client:
            assert {"subject-1-0", "c-1001", "c-1003"} <= (await client.everybody()).keys()
    finally:
        await sandbox.stop()


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(SetupError, match=f"port {port} can't be used"):
        await open_sandbox(load_settings(data_dir=tmp_path), port, [])
    server.close()
    await server.wait_closed()


def test_the_people_of_events_are_known_by_all_their_names(tmp_path: Path) -> None:
    people = {person.key: person for person in people_of(str(EXAMPLE))}
    assert people.keys() == {"c-1001", "c-1002", "c-1003", "c-1004"}
    assert people["c-1001"].email == "ana.lopez@example.com"
    assert people["c-1001"].ga_client_id == "1187654321.1762161300"
    assert people["c-1001"].lists
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n")
    assert people_of(str(broken)) == []


async def test_a_child_is_asked_to_stop(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = await Child.start(SLEEPER, os.environ, log)
    assert await asyncio.to_thread(eventually, lambda: "here" in child.last_words())
    await child.stop(grace_s=10)
    assert await child.ended() == -signal.SIGTERM


async def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    child = await Child.start(STUBBORN, os.environ, tmp_path / "log")
    assert await asyncio.to_thread(eventually, lambda: "here" in child.last_words())
    await child.stop(grace_s=0.1)
    assert await child.ended() == -signal.SIGKILL


async def test_how_a_child_ended_is_known_whatever_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own ways look first whether it has ended; if it has, asyncio learns 255 instead of what ended it."""

    def pythons_own(*_: object) -> None:
        raise AssertionError

    for way in ("send_signal", "terminate", "kill"):
        monkeypatch.setattr(asyncio.subprocess.Process, way, pythons_own)
    killed = await Child.start(SLEEPER, os.environ, tmp_path / "killed")
    assert await asyncio.gather(*(killed.kill() for _ in range(3))) == [-signal.SIGKILL] * 3
    stopped = await Child.start(SLEEPER, os.environ, tmp_path / "stopped")
    assert await stopped.stop(grace_s=10) == -signal.SIGTERM


async def test_a_worker_of_the_demo_has_its_pages_where_they_are_asked_for(tmp_path: Path) -> None:
    shows = ("-c", "import os; print(os.environ['CONSENT_RELAY_WEB_HOST'], os.environ['CONSENT_RELAY_WEB_PORT'])")
    worker = await WorkerProcess.launch("w1", {"WEB_HOST": "::1"}, tmp_path / "log", program=shows)
    assert await worker.ended() == 0
    await worker.stop(grace_s=1)
    host, port = (tmp_path / "log").read_text("utf-8").split()
    assert worker.url == f"http://{host}:{port}"


async def test_a_child_that_ended_by_itself_can_still_be_stopped(tmp_path: Path) -> None:
    child = await Child.start((sys.executable, "-c", "raise SystemExit(3)"), os.environ, tmp_path / "log")
    assert await child.ended() == 3
    await child.stop(grace_s=1)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_a_child_ends_when_we_are_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", ORPHANING, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert not is_gone(pid)
        parent.kill()
    assert eventually(lambda: is_gone(pid))
