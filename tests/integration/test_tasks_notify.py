"""People are told of open tasks by a real mail server and a real webhook, each task once; the audit has it."""

from __future__ import annotations

import json
import time
from contextlib import asynccontextmanager
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller as MailServer
from closing_support import planned, request, told
from closing_support import task as open_leg
from commands_support import Cli
from reading import audit

from infra.ports import unused_ports
from processors.vendors.callbacks import standard_webhook
from schemas.codec import encode
from schemas.kept import as_json
from schemas.times import DAY
from streams import topics
from streams.clients import writer
from streams.ownership.tenure import now_micros
from streams.settings import Settings
from streams.stopping import at_work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from schemas.request import Request

SECRET = "whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3Vy"
OFFICE = "office@oomnis.example"
pytestmark = pytest.mark.usefixtures("topics")


class Box:
    """Takes in mails, unless it is to refuse them."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str]] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content)
            self.mails.append((envelope.rcpt_tos, f"{mail['Subject']}\n{mail.get_payload()}"))
        return self.answer


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    kept, port = Box(), next(unused_ports())
    server = MailServer(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield kept, port
    server.stop()


@asynccontextmanager
async def webhook() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    async def hear(call: web.Request) -> web.Response:
        body = await call.read()
        standard_webhook(SECRET, {name.lower(): value for name, value in call.headers.items()}, body, time.time())
        heard.append(json.loads(body))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/tasks", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/tasks", heard
    finally:
        await runner.cleanup()


def cli_at(bootstrap: str, directory: Path, mail_port: int, url: str, controller: str) -> Cli:
    (directory / "relay.toml").write_text(
        f'[controllers.{controller}]\npolicy = "oomnis"\nowner = "privacy office"\nnotify_mail = ["{OFFICE}"]\n'
        f'notify_webhook = "{url}"\nnotify_secret = "hook"\n'
    )
    env = {
        "CONSENT_RELAY_BOOTSTRAP_SERVERS": bootstrap,
        "CONSENT_RELAY_CLUSTER_PREFIX": "test",
        "CONSENT_RELAY_CONFIG": str(directory / "relay.toml"),
        "CONSENT_RELAY_SMTP_HOST": "127.0.0.1",
        "CONSENT_RELAY_SMTP_PORT": str(mail_port),
        "CONSENT_RELAY_SMTP_TLS": "off",
        "CONSENT_RELAY_SMTP_FROM": "relay@oomnis.example",
        "CONSENT_RELAY_SECRET_HOOK": SECRET,
        "CONSENT_RELAY_PEPPER": "ab" * 32,
        "CONSENT_RELAY_RELAY_KEY": "cd" * 32,
    }
    return Cli(env, Settings(bootstrap_servers=bootstrap, cluster_prefix="test"))


async def put(cli: Cli, kept: Request, *, is_there: bool = True) -> None:
    async with at_work(writer(cli.settings)) as producer:
        value = encode(kept) if is_there else None
        await producer.send_and_wait(topics.REQUESTS, value, key=kept.key.encode(), partition=2)


async def notified(cli: Cli, code: int = 0) -> list[dict[str, Any]]:
    ended, out, errors = await cli.ended("tasks", "notify", "--by", "timer", "--json")
    assert ended == code, errors
    return [json.loads(line) for line in out.splitlines()]


async def test_an_open_task_is_told_once_by_each_way_and_what_was_refused_is_told_later(
    kafka: KafkaUnderTest, tmp_path: Path, box: tuple[Box, int]
) -> None:
    mails, port = box
    kept = request(told(planned(open_leg("leadinfo", action="delete"))))
    kept = kept.changed(controller="oomnis-notify", pid="p1.notify", event_id="e-notify")
    id = kept.legs[0].leg_id  # noqa: A001 - its name
    async with webhook() as (url, heard):
        cli = cli_at(kafka.bootstrap, tmp_path, port, url, "oomnis-notify")
        await put(cli, kept)
        mails.answer = "451 try later"
        first = await notified(cli, code=1)
        assert {(one["channel"], one["error"]) for one in first} == {
            ("mail", "the mail server answered 451"), ("webhook", None),
        }  # fmt: skip
        mails.answer = "250 taken"
        (second,) = await notified(cli)
        assert (second["channel"], [one["task"] for one in second["tasks"]]) == ("mail", [id])
        assert await notified(cli) == []
        assert [one["tasks"][0]["id"] for one in heard] == [id]
        ((recipients, mail),) = mails.mails
        assert (recipients, id[:12] in mail, "Owner: privacy office" in mail) == ([OFFICE], True, True)
        assert "p1." not in mail + json.dumps(heard)
        records = [one for one in await audit(cli.settings) if one.kind == "task.notified" and one.delivery_id == id]
        assert [(one.evidence and one.evidence.detail, one.command and one.command.by) for one in records] == [
            ("webhook", "timer"), ("mail", "timer"),
        ]  # fmt: skip
        assert OFFICE not in b"".join(map(as_json, records)).decode()
        await put(cli, kept, is_there=False)
        assert await notified(cli) == []
        await put(cli, kept)
        assert len(await notified(cli)) == 2, "what was told of a task is forgotten with it"
        await put(cli, kept, is_there=False)


async def test_a_task_that_was_put_off_is_told_of_again_before_its_new_date(
    kafka: KafkaUnderTest, tmp_path: Path, box: tuple[Box, int]
) -> None:
    kept = request(told(planned(open_leg("leadinfo", action="delete"))))
    leg = kept.legs[0].changed(leg_id="f" * 64)
    kept = kept.changed(controller="oomnis-later", pid="p1.later", event_id="e-later", legs=(leg,))
    later = kept.changed(legs=(leg.changed(due_at=now_micros() + 3 * DAY),))
    async with webhook() as (url, _):
        cli = cli_at(kafka.bootstrap, tmp_path, box[1], url, "oomnis-later")
        for one, stages in ((kept, ["overdue"]), (later, ["due_soon"])):
            await put(cli, one)
            for expected in ([stages, stages], []):
                assert [[task["stage"] for task in sent["tasks"]] for sent in await notified(cli)] == expected
        records = [one for one in await audit(cli.settings) if one.kind == "task.notified" and one.pid == "p1.later"]
        assert len({one.record_id for one in records}) == len(records) == 4
        await put(cli, kept, is_there=False)


async def test_a_setting_that_is_missing_costs_the_other_way_nothing(
    kafka: KafkaUnderTest, tmp_path: Path, box: tuple[Box, int]
) -> None:
    kept = request(told(planned(open_leg("leadinfo", action="delete"))))
    kept = kept.changed(controller="oomnis-half", pid="p1.half", event_id="e-half")
    async with webhook() as (url, heard):
        cli = cli_at(kafka.bootstrap, tmp_path, box[1], url, "oomnis-half")
        sender = cli.env.pop("CONSENT_RELAY_SMTP_FROM")
        await put(cli, kept)
        mail, hook = await notified(cli, code=2)
        assert (mail["channel"], mail["told"], "SMTP_FROM" in mail["error"].upper()) == ("mail", False, True)
        assert (hook["channel"], hook["error"], len(heard)) == ("webhook", None, 1)
        cli.env["CONSENT_RELAY_SMTP_FROM"] = sender
        assert [(one["channel"], one["error"]) for one in await notified(cli)] == [("mail", None)]
        await put(cli, kept, is_there=False)
