"""`tasks notify`: people are told of their open tasks by mail and webhook, each task once at each stage."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from processors.engine.transport import http_transport
from processors.notifying import message
from processors.notifying.stages import notices
from schemas.errors import NotTold, SetupError
from streams.clients import writer
from streams.commands.common import (
    AsJson,
    BootstrapServers,
    Config,
    DataDir,
    complain,
    config_of,
    settings_for,
    show_json,
)
from streams.commands.orders import By, operator
from streams.commands.screen import DATA_WRONG, WRONG_USE
from streams.commands.tasks_open import id_of, open_tasks
from streams.commands.tasks_view import facts
from streams.notifying import hook, mail
from streams.notifying.told import forget, note, told_before
from streams.ownership.tenure import now_micros
from streams.stopping import at_work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from processors.engine.transport import Transport
    from processors.notifying.stages import Notice
    from schemas.connections import Controller
    from streams.settings import Settings

    Send = Callable[[str, Controller, Sequence[Notice]], Awaitable[message.Taken]]


class Sent(NamedTuple):
    """What came of one message; error: None, it was taken in. is_told: by somebody at least; code: the exit code."""

    controller: str
    channel: str
    tasks: tuple[Notice, ...]
    error: str | None = None
    is_told: bool = True
    code: int = 0

    @classmethod
    def of(cls, name: str, channel: str, tasks: tuple[Notice, ...], error: NotTold | SetupError) -> Sent:
        """One that was not told; a wrong setting costs the other controllers and ways nothing."""
        if isinstance(error, NotTold):
            return cls(name, channel, tasks, str(error), is_told=False, code=DATA_WRONG)
        why = f"{error.message} ({error.remedy})" if error.remedy else error.message
        return cls(name, channel, tasks, why, is_told=False, code=WRONG_USE)


def notify(
    *,
    by: By = None,
    config: Config = None,
    bootstrap_servers: BootstrapServers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell people of open tasks, as relay.toml names them: by mail, by webhook, or both.

    Of each task once when it is there, once `remind_before` its deadline, and
    once when it is overdue; a message has ids, deadlines and what is to be done,
    and names no person. Let a timer run it, every quarter of an hour for
    example. What was told is in the audit; what could not be told is tried
    again by the next run.

    Exit code 1: a message could not be told, or not to all; 2: as a setting is
    missing or wrong. The others are told all the same.

    Example: consent-relay tasks notify
    """
    settings = settings_for(bootstrap_servers, data_dir, config)
    done = asyncio.run(_notified(settings, by or operator()))
    for sent in done:
        _show(sent, as_json=as_json)
    if not done and not as_json:
        typer.echo("there is nothing new to tell")
    if code := max((sent.code for sent in done), default=0):
        raise typer.Exit(code)


def _show(sent: Sent, *, as_json: bool) -> None:
    if as_json:
        tasks = [{"task": notice.id, "stage": notice.stage} for notice in sent.tasks]
        about = {"controller": sent.controller, "channel": sent.channel, "tasks": tasks}
        show_json({**about, "told": sent.is_told, "error": sent.error})
    elif sent.error:
        come = f"told, but {sent.error}: mend `notify_mail`; the others aren't told again"
        if not sent.is_told:
            come = f"not told: {sent.error}; it is tried again by the next run"
        complain(f"{sent.controller}, {sent.channel}: {come}")
    else:
        typer.echo(f"{sent.channel}: {message.subject(sent.controller, sent.tasks)}")


async def _notified(settings: Settings, by: str) -> list[Sent]:
    relay, now = config_of(settings), now_micros()
    tasks = {id_of(task): task for task in await open_tasks(settings)}
    by_controller: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in tasks.values():
        fact = facts(task, relay.connections, now)
        by_controller[fact["controller"]].append(fact)
    before, done = await told_before(settings), []
    async with http_transport(settings.ca_file) as transport, at_work(writer(settings)) as producer:
        for name, controller in relay.controllers.items():
            for channel, send in _channels(settings, transport, controller):
                found = notices(by_controller[name], before.get(channel, {}), now, controller.remind_before)
                if not found:
                    continue
                try:
                    sent = await send(name, controller, found)
                except (NotTold, SetupError) as error:
                    done.append(Sent.of(name, channel, found, error))
                    continue
                await note(producer, by, channel, sent.message, [(notice, tasks[notice.id]) for notice in found])
                done.append(Sent(name, channel, found, sent.flaw, code=DATA_WRONG if sent.flaw else 0))
        await forget(producer, before, tasks.keys())
    return done


def _channels(settings: Settings, transport: Transport, controller: Controller) -> Iterator[tuple[str, Send]]:
    async def by_mail(name: str, controller: Controller, found: Sequence[Notice]) -> message.Taken:
        text = message.text(name, controller.owner, found)
        return await asyncio.to_thread(
            mail.send, settings, controller.notify_mail, message.subject(name, found), text
        )

    async def by_webhook(name: str, controller: Controller, found: Sequence[Notice]) -> message.Taken:
        secret = settings.secret(controller.notify_secret) if controller.notify_secret else None
        payload = message.payload(name, controller.owner, found)
        return await hook.send(transport, controller.notify_webhook or "", secret, payload)

    if controller.notify_mail:
        yield "mail", by_mail
    if controller.notify_webhook:
        yield "webhook", by_webhook
