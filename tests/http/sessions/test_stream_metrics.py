"""What operators see of streams: they count as streams, not as requests under way nor as slow ones."""

import asyncio
from uuid import UUID

from prometheus_client.parser import text_string_to_metric_families

from tests.support.http.api_examples import Api
from tests.support.http.event_source import EventSource
from tests.support.http.wire import hearing, served, wired
from tta.app.main import services
from tta.app.work import Work
from tta.http.apps import app
from tta.live.hub import Hub
from tta.live.turn_steps import tell_step

ROUTE = "/v1/sessions/{session_id}/stream"
HELLO = {"text": "I sit down by the fire."}


async def scraped(api: Api, name: str, **labels: str) -> float:
    """Return a sample as Prometheus gets it; 0 if absent."""
    text = (await api.operators.get("/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def told(api: Api) -> dict[str, float]:
    names = ("open", "progress", "interaction", "reply", "status", "resync", "bye")
    return {name: await scraped(api, "tta_stream_events_total", event=name) for name in names}


async def test_how_many_are_open(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        before = await scraped(api, "tta_streams_open")
        sources = [await wire.source(caller, path).open() for _ in range(3)]
        assert await scraped(api, "tta_streams_open") == before + 3
        for number, source in enumerate(sources, 1):
            source.close()
            await wire.carries(3 - number)
            assert await scraped(api, "tta_streams_open") == before + 3 - number


async def test_each_event_is_counted_by_its_name(still_api: Api):
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        before = await told(still_api)
        source = await wire.source(caller, path).open()
        await source.next()
        await hearing(still_api, path)
        await tell_step(still_api.parts.store, UUID(path.rpartition("/")[2]), 1, "narrating")
        await source.until("progress")
        await caller.post(f"{path}/interactions", HELLO)
        await caller.post(f"{path}/pause")
        await source.until("status")
        wire.live.end_all()
        await source.rest()
        after = await told(still_api)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "open": 1,
        "progress": 1,
        "interaction": 1,
        "status": 1,
        "bye": 1,
    }


async def test_a_stream_that_could_not_go_on_is_counted_by_its_reason(still_api: Api):
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        other, others_path = await still_api.session()
        source = await wire.source(caller, path).open()
        foreign = wire.source(other, others_path)
        foreign.last_id = str((await source.next()).id)
        before = await scraped(still_api, "tta_stream_resyncs_total")
        source.close()
        await source.open()
        assert await scraped(still_api, "tta_stream_resyncs_total") == before, "it went on where it was"
        await foreign.open()
        assert (await foreign.next()).name == "resync"
        assert await scraped(still_api, "tta_stream_resyncs_total") == before + 1
        assert await scraped(still_api, "tta_stream_resyncs_total", reason="unknown") >= 1
        source.close()
        foreign.close()


async def test_it_is_a_request_that_was_answered_but_not_a_slow_one(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        requests = await scraped(api, "tta_http_requests_total", route=ROUTE, status="200")
        seconds = await scraped(api, "tta_http_request_seconds_count", route=ROUTE)
        source = await wire.source(caller, path).open()
        source.close()
        async with asyncio.timeout(10):
            while await scraped(api, "tta_http_requests_total", route=ROUTE, status="200") == requests:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await scraped(api, "tta_http_request_seconds_count", route=ROUTE) == seconds
        assert await scraped(api, "tta_http_request_seconds_count", method="POST") > 0


async def test_open_streams_take_no_place_of_requests(api: Api):
    serving = services(api.parts, Work([], []))._replace(live=Hub(api.parts.store))
    async with served(app(serving, "all", requests_max=1)) as address:
        caller, path = await api.session()
        sources = [await EventSource(address, f"{path}/stream", caller.token).open() for _ in range(4)]
        assert serving.live.open == 4
        for source in sources:
            assert (await source.next()).name == "open"
            source.close()
        serving.live.end_all()
    await serving.live.close()
