"""What a live stream may cost: how many there are, what waits for one, and how all end."""

import asyncio
import signal

import httpx2
import msgspec
import pytest

from tests.support.http.api_examples import Api
from tests.support.http.event_source import EventSource, Refused
from tests.support.http.wire import play_alone, wired
from tests.support.running_tta import Dev
from tta.live.hub import HELD_MAX, Ending

TURNS = 90
EVENTS = [(name, turn) for turn in range(1, TURNS + 1) for name in ("interaction", "reply")]
REPLY = "🌊" * 8_000  # 32 kB: more than a kernel takes of a stream that nobody reads.


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
        await wire.carries(2)
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


async def read(source: EventSource, events: int) -> list[tuple[str, int]]:
    return [(each.name, each.data["turn"]) for each in [await source.next() for _ in range(events)]]


async def test_who_does_not_read_holds_up_nobody_and_loses_nothing(still_api: Api):
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        slow = await wire.source(caller, path, holds=4_096).open()
        brisk = await wire.source(caller, path).open()
        await brisk.next()
        read_by_brisk = []
        for first in range(1, TURNS + 1, 10):  # So that only one of them falls behind.
            await play_alone(still_api, caller, path, range(first, first + 10), reply=REPLY)
            read_by_brisk += await read(brisk, 20)
        assert read_by_brisk == EVENTS
        (watch,) = [each for each in wire.live._joined if each.ending is not None]
        assert watch.ending is Ending.SLOW
        assert not watch._held, f"what waited, {HELD_MAX} events at most, is given up"
        opened, *told, last = await slow.rest()
        assert (opened.name, last.name, last.data, last.id) == (
            "open",
            "resync",
            {"reason": "slow", "now": None},
            None,
        )
        assert 0 < len(told) < len(EVENTS)
        await slow.open()
        rest = await read(slow, len(EVENTS) - len(told))
        assert [*((each.name, each.data["turn"]) for each in told), *rest] == EVENTS
        slow.close()
        brisk.close()


async def test_who_takes_nothing_for_long_is_left(still_api: Api):
    async with wired(still_api, silent_ms_max=300) as wire:
        caller, path = await still_api.session()
        slow = await wire.source(caller, path, holds=4_096).open()
        await wire.carries(1)
        await play_alone(still_api, caller, path, range(1, TURNS + 1), reply=REPLY)
        await wire.carries(0)
        slow.close()


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
    fresh_dev.process.send_signal(how)
    for source in sources:
        assert [(each.name, each.data) for each in await source.rest()] == [("bye", {"reason": "closing"})]
    assert await asyncio.to_thread(fresh_dev.process.wait, 30) == 0
    assert errors_of(fresh_dev) == []
    assert [line["status"] for line in fresh_dev.logged() if line["route"].endswith("/stream")] == [200] * 5


async def test_who_does_not_read_does_not_hold_up_the_end(fresh_dev: Dev):
    headers = {"Authorization": f"Bearer {fresh_dev.token}", "Prefer": "wait=10"}
    async with httpx2.AsyncClient(base_url=fresh_dev.url, headers=headers) as http:
        started = await http.post("/v1/sessions", json={}, headers={"Idempotency-Key": "start"})
        path = started.headers["Location"]
        slow = await EventSource(fresh_dev.address, f"{path}/stream", fresh_dev.token, holds=4_096).open()
        for turn in range(40):
            said = {"text": "\N{DEER}" * 4_000}
            taken = await http.post(f"{path}/interactions", json=said, headers={"Idempotency-Key": str(turn)})
            assert taken.status_code == 200
    fresh_dev.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(fresh_dev.process.wait, 30) == 0
    slow.close()
    assert errors_of(fresh_dev) == []


def errors_of(dev: Dev) -> list[str]:
    lines = dev.stderr.read_text().splitlines()
    return [
        line for line in lines if '"level": "error"' in line.replace('":"', '": "') or "Traceback" in line
    ]
