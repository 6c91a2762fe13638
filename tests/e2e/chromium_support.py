"""Debian's Chromium, and a site whose page loads the script; the tags' makers are answered here, nobody else is."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page, Route

INSTALL = "apt-get install --no-install-recommends chromium"
TAGS = """
<script>
  (function(f){if(f.fbq)return;f.fbq=function(){};f.fbq.foreign=true;})(window);  // as Meta's own code begins
  fbq('init', '123'); fbq('track', 'PageView');
</script>
<script>gtag('config', 'G-1');</script>
<script type="text/plain" data-consent="reddit" src="https://embed.reddit.com/widgets.js"></script>
<script type="text/plain" data-consent="youtube">window.inlineRan = true;</script>
"""
PIXEL = "window.pixelSaw = fbq.queue.map((call) => [...call]); fbq.callMethod = (...call) => pixelSaw.push(call);"


def chromium() -> str:
    """Its path; without it the test is skipped and says how to get it, or fails where everything must run."""
    path = shutil.which("chromium")
    if path is None:
        said = f"not run: there is no chromium here; get it with: {INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return path


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Without its sandbox, which root can't have; it is shown our own pages alone."""
    path = chromium()
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=120_000)
        try:
            yield started
        finally:
            await started.close()


class Pages:
    """The site's pages by path, each made by the test."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.html: dict[str, str] = {}

    async def show(self, request: web.Request) -> web.Response:
        return web.Response(text=self.html[request.path], content_type="text/html")

    def page(self, script: str, **data: str) -> str:
        """The address of a page with the script in front of its tags, and a video."""
        given = " ".join(f'data-{name}="{value}"' for name, value in data.items())
        path = f"/{len(self.html)}"
        self.html[path] = (
            f'<!doctype html><html><head><script src="{script}" {given}></script>{TAGS}</head>'
            '<body><div data-youtube="dQw4w9WgXcQ"></div></body></html>'
        )
        return f"{self.origin}{path}"


@asynccontextmanager
async def pages() -> AsyncIterator[Pages]:
    app = web.Application()
    runner = web.AppRunner(app)
    made = Pages("")
    app.router.add_get("/{number}", made.show)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


class Visit:
    """One page in one browser; `elsewhere`: what it asked of others."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.elsewhere: list[str] = []
        self.asked: list[str] = []
        self.errors: list[str] = []

    async def open(self, url: str) -> None:
        await self._page.route(lambda url: urlsplit(url).hostname not in {"127.0.0.1", "localhost"}, self._others)
        self._page.on("request", lambda request: self.asked.append(request.url))
        self._page.on("pageerror", lambda error: self.errors.append(str(error)))
        await self._page.goto(url, wait_until="domcontentloaded")

    async def _others(self, route: Route) -> None:
        host = urlsplit(route.request.url).hostname or ""
        self.elsewhere.append(host)
        await route.fulfill(body=PIXEL if "facebook" in host else "", content_type="text/javascript")

    async def settled(self) -> dict[str, str]:
        """The signals, once there was an answer or none came."""
        return dict(await self._page.evaluate("consentRelay.ready"))

    async def run(self, script: str) -> Any:
        return await self._page.evaluate(script)

    async def click(self, selector: str) -> None:
        await self._page.click(selector)

    async def has(self, expression: str) -> None:
        """Wait until it is true of the page."""
        await self._page.wait_for_function(expression, timeout=90_000)


@asynccontextmanager
async def visit(started: Browser, url: str, **context: Any) -> AsyncIterator[Visit]:
    seen = await started.new_context(**context)
    try:
        one = Visit(await seen.new_page())
        await one.open(url)
        yield one
        assert one.errors == []
    finally:
        await seen.close()
