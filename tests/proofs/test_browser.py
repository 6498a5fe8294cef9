"""A page in a real browser follows a session, with the very lines that docs/http-api/streams.md gives."""

import asyncio
import os
import random
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import System

PAGE = (Path(__file__).parents[2] / "docs" / "http-api" / "streams.md").read_text()
(SNIPPET,) = re.findall(r"^```js\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HTML = """<!doctype html><meta charset="utf-8"><title>A session</title><base href="{api}/"><script>
const shown = [], progress = [];
function show(name, data) {{ shown.push([name, data.turn ?? data.status]); }}
function showProgress(data) {{ progress.push(data); }}
{snippet}
</script>"""
SHOWN_MS = 20_000


def chromium() -> str:
    """Debian's browser; without it the test is skipped, or fails where it is required."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("TTA_REQUIRE_CHROMIUM") == "1":
            pytest.fail("TTA_REQUIRE_CHROMIUM=1, but there is no chromium on the PATH", pytrace=False)
        pytest.skip("no chromium on the PATH: install Debian's to follow a session in a browser")
    return found


@asynccontextmanager
async def page_served() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve a page on an origin of its own; gives the origin, and the list that the page is put into."""
    pages: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        found = asked.startswith(b"GET / ")
        body = pages[0].encode() if found else b""
        head = f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\nContent-Type: text/html\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", pages


@asynccontextmanager
async def opened_page(executable: str, address: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            page = await browser.new_page()
            await page.goto(address)
            yield page
        finally:
            await browser.close()


async def seen_on(page: Page, turn: int) -> list[list[object]]:
    """Wait until the page shows the reply to a turn; give all that it has shown."""
    condition = f"shown.some(([name, turn]) => name === 'reply' && turn === {turn})"
    await page.wait_for_function(condition, timeout=SHOWN_MS)
    found: list[list[object]] = await page.evaluate("shown")
    return found


async def test_a_page_follows_a_session_through_a_kill_of_the_process(
    system: System, chance: random.Random
) -> None:
    executable = chromium()
    async with page_served() as (origin, pages):
        serving = await system.started("serving", "serve", "all", origins=origin)
        await system.started("reactor", "react")
        api = Api(serving.url)
        player = Player(api, system.mint, "player", chance)
        await player.register()
        session = await player.start_session()
        pages.append(HTML.format(api=serving.url, snippet=SNIPPET))
        async with opened_page(executable, origin) as page:
            token = system.mint(player.name, player=player.id)
            await page.evaluate("([session, token]) => { follow(session, token) }", [session, token])
            await page.wait_for_function("shown.length > 0", timeout=SHOWN_MS)
            await player.say(session, "I look around.")
            first = [["open", 0], ["interaction", 1], ["reply", 1]]
            assert await seen_on(page, 1) == first
            await serving.kill()
            await player.say(session, "I go on.")
            assert await seen_on(page, 2) == [*first, ["interaction", 2], ["reply", 2]]
        await api.close()
        assert serving.ended == [-9]
        assert serving.said("stream-tickets") >= 2, "asked for again after the kill"
        assert (serving.said("ticket="), serving.said("eyJ")) == (0, 0), "neither tickets nor tokens"
