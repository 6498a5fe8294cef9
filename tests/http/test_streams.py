"""A session's live stream: what it tells, to whom, and that nothing is lost or repeated in between."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import msgspec
import pytest
import pytest_asyncio
import uvicorn
from api_examples import Api, Caller, hold
from event_source import EventSource, Refused
from running_process import Dev
from starlette.applications import Starlette

from tta.http.apps import app
from tta.http.calls import Services
from tta.live.hub import Hub
from tta.main import services
from tta.work import Work

HELLO = {"text": "I sit down by the fire."}


@asynccontextmanager
async def served(made: Starlette) -> AsyncIterator[tuple[str, int]]:
    """Serve an app on a socket of its own; gives its address."""
    config = uvicorn.Config(made, http="httptools", lifespan="off", log_config=None, port=0)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[:2]
    finally:
        server.should_exit = True
        await server.shutdown()


class Wire:
    """The app behind a real socket, and its hub."""

    def __init__(self, address: tuple[str, int], serving: Services) -> None:
        self.address = address
        self.live = serving.live

    def source(self, caller: Caller, path: str, **headers: str) -> EventSource:
        return EventSource(self.address, f"{path}/stream", caller.token, **headers)

    async def idle(self) -> None:
        """Wait until the process carries no stream any more."""
        async with asyncio.timeout(10):
            while self.live.open:  # noqa: ASYNC110 - The server notices in its own time.
                await asyncio.sleep(0.01)


@asynccontextmanager
async def wired(api: Api, **limits: float) -> AsyncIterator[Wire]:
    serving = services(api.parts, Work([], []))
    serving = serving._replace(live=Hub(api.parts.store, **limits))  # type: ignore[arg-type]
    async with served(app(serving, "all")) as address:
        yield Wire(address, serving)
        serving.live.end_all()
    await serving.live.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wire(api: Api) -> AsyncIterator[Wire]:
    async with wired(api) as made:
        yield made


async def test_it_begins_with_how_the_session_stands(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    event = await source.next()
    assert event.name == "open"
    assert event.id
    assert event.data == {
        "session_id": path.rpartition("/")[2],
        "version": 1,
        "status": "open",
        "turn": 0,
        "unanswered": False,
        "held": False,
    }
    assert 1_500 <= source.retry_ms <= 3_000
    assert source.headers["cache-control"] == "no-store"
    assert source.headers["x-accel-buffering"] == "no"
    source.close()


async def test_it_tells_a_turn_as_it_happens(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    taken = (await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")).json()
    said, reply = await source.until("reply")
    assert (said.name, said.data) == ("interaction", {"turn": 1, "text": HELLO["text"], "choice": None})
    assert reply.data == taken["reply"]
    source.close()


async def test_who_comes_again_gets_what_was_missed_once(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    source.close()
    await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")
    await caller.post(f"{path}/pause")
    await source.open()
    assert [each.name for each in await source.until("status")] == ["interaction", "reply", "status"]
    source.close()
    await source.open()
    await caller.post(f"{path}/resume")
    assert (await source.next()).data == {"status": "open"}
    source.close()


async def test_a_hold_is_told_without_its_reason(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    event = await source.next()
    assert (event.name, event.data) == ("hold", {"held": True})
    source.close()


async def test_a_client_that_leaves_frees_everything(api: Api, wire: Wire):
    await wire.idle()
    caller, path = await api.session()
    sources = [await wire.source(caller, path).open() for _ in range(3)]
    for source in sources:
        await source.next()
    assert (wire.live.open, wire.live.is_reading) == (3, True)
    for source in sources:
        source.close()
    await wire.idle()
    assert not wire.live.is_reading


async def test_one_player_has_so_many_streams_at_most(api: Api):
    async with wired(api, each_max=2) as wire:
        caller, path = await api.session()
        other, others_path = await api.session()
        sources = [await wire.source(caller, path).open() for _ in range(2)]
        with pytest.raises(Refused) as refused:
            await wire.source(caller, path).open()
        assert refused.value.status == 429
        assert msgspec.json.decode(refused.value.body)["code"] == "too-many-streams"
        assert refused.value.headers["retry-after"] == "1"
        sources.append(await wire.source(other, others_path).open())
        sources[0].close()
        async with asyncio.timeout(10):
            while wire.live.open > 2:  # noqa: ASYNC110 - The server notices in its own time.
                await asyncio.sleep(0.01)
        sources.append(await wire.source(caller, path).open())
        for source in sources:
            source.close()


async def test_a_process_has_so_many_streams_at_most(api: Api):
    async with wired(api, streams_max=1) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        with pytest.raises(Refused) as refused:
            await wire.source(caller, path).open()
        assert refused.value.status == 503
        assert msgspec.json.decode(refused.value.body)["code"] == "overloaded"
        source.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
async def test_a_process_that_is_told_to_stop_ends_its_streams(fresh_dev: Dev, how: signal.Signals):
    started = httpx2.post(
        f"{fresh_dev.url}/v1/sessions",
        json={},
        headers={"Authorization": f"Bearer {fresh_dev.token}", "Idempotency-Key": "start"},
    )
    path = f"{started.headers['Location']}/stream"
    sources = [await EventSource(fresh_dev.address, path, fresh_dev.token).open() for _ in range(5)]
    for source in sources:
        assert (await source.next()).name == "open"
    began = time.monotonic()
    fresh_dev.process.send_signal(how)
    for source in sources:
        assert [(each.name, each.data) for each in await source.rest()] == [("bye", {"reason": "closing"})]
    assert await asyncio.to_thread(fresh_dev.process.wait, 30) == 0
    print(f"stopped within {time.monotonic() - began:.1f} s")
    assert b'"level": "error"' not in fresh_dev.stderr.read_bytes().replace(b'":"', b'": "')
    assert [line["status"] for line in fresh_dev.logged() if line["route"].endswith("/stream")] == [200] * 5
