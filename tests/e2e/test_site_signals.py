"""A visitor's page in real Chromium: its tags hear what stands, and denied before, without, and whenever in doubt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from chromium_support import browser, pages, visit
from signal_support import site_at

from infra.ports import unused_ports

if TYPE_CHECKING:
    from pathlib import Path

    from chromium_support import Visit
    from conftest import KafkaUnderTest

TYPES = ("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage")
CONSENTS = "dataLayer.map((call) => [...call]).filter((call) => call[0] === 'consent').map((call) => call.slice(1))"
PIXEL_QUEUE = "(window.pixelSaw || fbq.queue.map((call) => [...call])).filter((call) => call[0] === 'consent')"
ADS = "[adsbygoogle.requestNonPersonalizedAds, adsbygoogle.pauseAdRequests]"
FRAME = "document.querySelector('[data-youtube] iframe')?.src ?? null"
pytestmark = pytest.mark.usefixtures("topics")


def all_are(state: str) -> dict[str, Any]:
    return dict.fromkeys(TYPES, state)


async def denies_everything(page: Visit) -> None:
    """After the answer, or without one."""
    told = await page.run(CONSENTS)
    assert told[0] == ["default", {**all_are("denied"), "wait_for_update": told[0][1]["wait_for_update"]}]
    assert told[1:] == [["update", all_are("denied")]]
    assert await page.run(PIXEL_QUEUE) == [["consent", "revoke"], ["consent", "revoke"]]
    assert await page.run(ADS) == [1, 0]
    assert await page.run(FRAME) is None
    assert await page.run("window.inlineRan ?? false") is False
    assert page.elsewhere == [], "no maker of a tag has heard of the visitor"


async def test_a_page_tells_its_tags_what_stands_and_what_changes(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    async with browser() as chromium, pages() as shown, site_at(kafka.bootstrap, tmp_path, shown.origin) as site:
        ann = site.visitor()
        key = site.key(ann)
        url = shown.page(site.script, endpoint=site.url, key=key, timeout="60000")
        async with visit(chromium, url) as page:
            assert set((await page.settled()).values()) == {"denied"}
            await denies_everything(page)
            assert not [one for one in page.asked if key in one or ann in one], "a key stands in no address"
        await site.stands(ann, everything="granted")
        async with visit(chromium, url) as page:
            assert set((await page.settled()).values()) == {"granted"}
            assert (await page.run(CONSENTS))[1:] == [["update", all_are("granted")]]
            await page.has("window.pixelSaw")
            assert await page.run("pixelSaw.map((call) => call.slice(0, 2))") == [
                ["consent", "revoke"], ["init", "123"], ["track", "PageView"], ["consent", "grant"],
            ]  # fmt: skip
            assert await page.run(ADS) == [0, 0]
            await page.has("document.querySelector('[data-youtube] iframe')")
            assert await page.run(FRAME) == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
            await page.has("window.inlineRan")
            await page.has("!document.querySelector('script[type=\"text/plain\"]')")
            await site.stands(ann, everything="granted", targeted_advertising="withdrawn")
            await page.run(f"consentRelay.ask('{key}')")
            assert (await page.run(CONSENTS))[-1] == ["update", {**all_are("denied"), "analytics_storage": "granted"}]
            assert (await page.run("pixelSaw"))[-1] == ["consent", "revoke"]
            assert await page.run(ADS) == [1, 0]
            assert set(page.elsewhere) == {"connect.facebook.net", "embed.reddit.com", "www.youtube-nocookie.com"}
        served = [record.evidence.detail or "" for record in await site.evidence(ann) if record.evidence]
        assert [text.count("granted") for text in served] == [8, 2]


async def test_a_video_that_was_not_agreed_to_is_loaded_by_a_click_and_not_before(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    async with browser() as chromium, pages() as shown, site_at(kafka.bootstrap, tmp_path, shown.origin) as site:
        url = shown.page(site.script, endpoint=site.url, key=site.key(site.visitor()), timeout="60000")
        async with visit(chromium, url) as page:
            await page.settled()
            await denies_everything(page)
            await page.click("[data-youtube] button")
            assert await page.run(FRAME) == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
            assert await page.run("consentRelay.signals.youtube") == "denied", "one video is no grant"


async def test_without_a_key_or_an_endpoint_or_for_another_page_everything_is_denied(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    async with browser() as chromium, pages() as shown, site_at(kafka.bootstrap, tmp_path, shown.origin) as site:
        ann = site.visitor()
        await site.stands(ann, everything="granted")
        nowhere = f"http://127.0.0.1:{next(unused_ports())}/signals/osows-site"
        key = site.key(ann)
        doubtful = [
            shown.page(site.script, endpoint=site.url),
            shown.page(site.script, endpoint=nowhere, key=key),
            shown.page(site.script, endpoint=site.url, key=site.key(ann, lives_s=-1)),
            shown.page(site.script, endpoint=site.url, key=key).replace("127.0.0.1", "localhost"),
        ]
        for url in doubtful:
            async with visit(chromium, url) as page:
                assert await page.settled() == {}
                await denies_everything(page)


async def test_until_an_answer_comes_and_when_it_comes_too_late_everything_is_denied(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    let_go = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await let_go.wait()
        return web.json_response({"signals": dict.fromkeys(TYPES, "granted")})

    app = web.Application()
    app.router.add_post("/signals/slow", hang)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slow = f"http://127.0.0.1:{runner.addresses[0][1]}/signals/slow"
    try:
        async with browser() as chromium, pages() as shown, site_at(kafka.bootstrap, tmp_path) as site:
            async with visit(chromium, shown.page(site.script, endpoint=slow, key="k", timeout="600000")) as page:
                assert [call[0] for call in await page.run(CONSENTS)] == ["default"]
                assert (await page.run(CONSENTS))[0][1]["ad_storage"] == "denied"
                assert await page.run(PIXEL_QUEUE) == [["consent", "revoke"]]
                assert await page.run(ADS) == [1, 1], "no ad is asked for before it is known how"
                assert page.elsewhere == []
            async with visit(chromium, shown.page(site.script, endpoint=slow, key="k", timeout="1")) as page:
                assert await page.settled() == {}
                await denies_everything(page)
    finally:
        let_go.set()
        await runner.cleanup()
