"""A log that lost its newest history while reactors live on: what TTA does, and what `/health` says."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.support.eventstore.store_servers import TcpServer
from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tests.support.proofs.evidence import Log, must_be_answered_once, must_be_chained, unanswered, whole_log
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import SLOTS, STORE, Part, System, until
from tta.app.work import REACTOR_NAMES
from tta.eventstore.marks import MarkState
from tta.eventstore.store import EventStore

pytestmark = pytest.mark.slow

TURNS = 6
KEPT = 2
REPLY_WITHIN_S = 20
Lose = Callable[[], Awaitable[None]]


class Playing(NamedTuple):
    """Somebody who plays, on an API and a reactor in processes of their own."""

    api: Api
    reactor: Part
    player: Player
    session: str
    store_url: str
    operators_url: str

    async def ask(self, path: str, body: Any = None, *, wait_s: int = 0) -> dict[str, Any] | None:
        """Send a command until it is answered; give the reply, if it was waited for."""
        prefer = {"prefer": f"wait={wait_s}"} if wait_s else {}
        sent = self.player.sent("POST", path, body, **prefer)
        return (await self.api.until_answered(sent)).reply

    async def play(self, turns: int) -> None:
        """Play on, turn after turn; each is answered."""
        for _ in range(turns):
            path = f"/v1/sessions/{self.session}/interactions"
            assert await self.ask(path, {"text": "I look around"}, wait_s=REPLY_WITHIN_S) is not None

    async def grow(self) -> None:
        """Write what asks reactors for nothing much."""
        for _ in range(2 * TURNS):
            await self.ask(f"/v1/sessions/{self.session}/pause")
            await self.ask(f"/v1/sessions/{self.session}/resume")

    async def health(self) -> dict[str, Any]:
        async with httpx2.AsyncClient(base_url=self.operators_url, trust_env=False, timeout=30) as http:
            answer = await http.get("/health")
        details: dict[str, Any] = answer.json()["details"]
        return details

    @asynccontextmanager
    async def log(self) -> AsyncIterator[tuple[EventStore, Log]]:
        store = await EventStore.open(self.store_url, STORE, slots=SLOTS)
        try:
            yield store, await whole_log(store)
        finally:
            await store.close()


async def begun(system: System) -> Playing:
    api = await system.started("api", "serve", "commands")
    reactor = await system.started("reactor", "react")
    http = Api(api.url)
    player = Player(http, system.mint, "somebody", random.Random(0))
    made = await http.until_answered(player.sent("POST", "/v1/players", {"name": "Sam"}))
    player.become(made.body["id"])
    await http.until_answered(player.sent("PUT", f"/v1/players/{player.id}/consents/play", {"given": True}))
    started = await http.until_answered(player.sent("POST", "/v1/sessions", {"story": "clearing"}))
    return Playing(http, reactor, player, str(started.body["id"]), system.store_url, api.operators_url)


async def must_go_on(playing: Playing, lose: Lose, *, grows: bool) -> None:
    """Lose the history of the last turns under a reactor that is held up meanwhile, and play on."""
    playing.reactor.signal(signal.SIGSTOP)
    await lose()
    if grows:
        await playing.grow()
    playing.reactor.signal(signal.SIGCONT)
    await playing.play(TURNS)
    await until(lambda: has_put_back(playing))
    for _ in range(2):
        await playing.reactor.kill()
        await playing.play(2)
    async with playing.log() as (store, log):
        assert unanswered(log) == 0
        assert must_be_answered_once(log) == KEPT + TURNS + 4
        await must_be_chained(store, log)
        for checks in (await store.marks.check(REACTOR_NAMES)).values():
            assert MarkState.CHANGED not in {check.state for check in checks.values()}
    details = await playing.health()
    assert [each for each in details["stopped"] if each["name"] in REACTOR_NAMES] == []
    assert playing.reactor.said("a reactor is put back") >= 1
    assert playing.reactor.said("an event is parked") == 0


async def has_put_back(playing: Playing) -> bool:
    put_back = (await playing.health())["put_back"]
    return any(each["reactor"] == "reply" and each["was"] > each["now"] for each in put_back)


@pytest.mark.parametrize("grows", [False, True], ids=["at once", "once the log has grown past its marks"])
async def test_a_log_that_was_cut_back_under_a_reactor_is_answered_on(tmp_path: Path, grows: bool):
    async with System(tmp_path) as system:
        playing = await begun(system)
        await playing.play(KEPT)
        files = system.valkey.directory / "appendonlydir"
        kept = {each: each.stat().st_size for each in files.glob("*.aof")}
        await playing.play(TURNS - KEPT)

        async def cut_back() -> None:
            await system.valkey.kill()
            for each, size in kept.items():
                with each.open("r+b") as file:
                    file.truncate(size)
            await system.valkey.start()

        await must_go_on(playing, cut_back, grows=grows)
        await playing.api.close()


@pytest.mark.parametrize("grows", [False, True], ids=["at once", "once the log has grown past its marks"])
async def test_a_replica_promoted_without_the_last_turns_is_answered_on(tmp_path: Path, grows: bool):
    primary = TcpServer(tmp_path / "primary", repl_diskless_sync_delay="0")
    await primary.start()
    replica = TcpServer(tmp_path / "replica", replicaof=f"127.0.0.1\n{primary.port}")
    await replica.start()
    try:
        async with UnreliableProxy(primary.port) as service, System(tmp_path / "system") as system:
            system.store_url = service.url
            playing = await begun(system)
            await playing.play(KEPT)
            end = await primary.say("INFO", "replication")
            written = next(line for line in end.splitlines() if line.startswith("master_repl_offset:"))

            async def copied() -> bool:
                found = await replica.say("INFO", "replication")
                offset = next(line for line in found.splitlines() if line.startswith("slave_repl_offset:"))
                return int(offset.split(":")[1]) >= int(written.split(":")[1])

            await until(copied)
            await replica.say("REPLICAOF", "NO", "ONE")
            await playing.play(TURNS - KEPT)

            async def fail_over() -> None:
                await primary.kill()
                service.server = replica.port
                service.cut()

            await must_go_on(playing, fail_over, grows=grows)
            await playing.api.close()
    finally:
        await asyncio.gather(primary.kill(), replica.kill())
