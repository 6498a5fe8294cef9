"""A query with a token is never stale without saying so: two API processes, a projector that lags."""

import asyncio
import random
from collections import Counter
from typing import Any

import httpx2
import pytest

from tests.support.proofs.delaying_proxy import DelayingProxy
from tests.support.proofs.retrying_client import Answer, Api, Player, Sent
from tests.support.proofs.system import System
from tta.graph.schema import Node, Schema, add_nodes

LAG_S = 0.2
COMMITS = 60  # Without bookmarks, a few of the reads behind so many commits miss their row.
ROWS = 400
WAYS = ("", "wait=5", "handling=strict", "wait=5, handling=strict", "wait=0")
"""What a client may prefer: an answer now, to wait, and no answer rather than a stale one."""


class Reader:
    """One player who writes with one API process and must see it in what another one answers."""

    def __init__(self, player: Player, queries: Api, chance: random.Random) -> None:
        self.outcomes: Counter[str] = Counter()
        self._player = player
        self._queries = queries
        self._chance = chance
        self._consents = 0
        self._status = "open"
        self._session = ""
        self._sessions = 0
        self._turns = 0
        self._owed = False

    async def begin(self) -> None:
        """Register, and wait until that is seen: a graph that has just started is slow at first."""
        await self._player.register()
        last = self._player.answers[-1]
        response = await self._ask(f"/v1/players/{self._player.id}", last, "wait=30, handling=strict")
        assert response.status_code == 200, response.text
        await self._new_session()

    async def pair(self) -> None:
        """One command, and one query that brings its token."""
        act = self._chance.choice((self._consent, self._change_status, self._new_session, self._choose))
        await act()

    async def _consent(self) -> None:
        self._consents += 1
        path = f"/v1/players/{self._player.id}"
        body = {"given": True, "version": self._consents}
        done = await self._player.ask("PUT", f"{path}/consents/research", body)
        shown = await self._look(path, done)
        if shown is not None:
            assert shown["consents"]["research"] >= self._consents, shown
            assert shown["version"] >= done.version, shown

    async def _change_status(self) -> None:
        verb, self._status = ("pause", "paused") if self._status == "open" else ("resume", "open")
        path = f"/v1/sessions/{self._session}"
        done = await self._player.ask("POST", f"{path}/{verb}")
        shown = await self._look(path, done)
        if shown is not None:
            assert (shown["status"], shown["version"] >= done.version) == (self._status, True), shown

    async def _new_session(self) -> None:
        done = await self._player.ask("POST", "/v1/sessions", {"story": "clearing"})
        self._session, self._status, self._turns = done.body["id"], "open", 0
        self._sessions += 1
        shown = await self._look(f"/v1/sessions/{self._session}", done)
        if shown is not None:
            assert (shown["id"], shown["version"] >= done.version) == (self._session, True), shown

    async def _choose(self) -> None:
        """Take a turn and look at the journey: a list, whose row must be there with all its turns."""
        if self._status != "open":
            await self._change_status()
        self._turns += 1
        body = {"choice": "left", "turn": self._turns}
        done = await self._player.ask("POST", f"/v1/sessions/{self._session}/interactions", body)
        shown = await self._look(f"/v1/players/{self._player.id}/journey", done)
        if shown is not None:
            (row,) = [each for each in shown["sessions"] if each["id"] == self._session]
            assert row["turns"] >= self._turns, shown

    async def _look(self, path: str, done: Answer) -> dict[str, Any] | None:
        """Ask; give what was answered as fresh, None for an answer that says that it is stale or is none."""
        way = self._chance.choice(WAYS)
        response = await self._ask(path, done, way)
        mark = response.headers.get("consistency")
        if response.status_code == 503:
            assert response.json()["code"] == "not-yet-visible", response.text
            assert "strict" in way, f"{way!r} gets an answer, even a stale one"
            self.outcomes[f"{way or 'nothing'}: refused"] += 1
            return None
        applied = response.headers.get("preference-applied")
        assert "wait" not in way or applied == way.split(",")[0], f"{response.status_code} {response.text}"
        self.outcomes[f"{way or 'nothing'}: {mark}"] += 1
        if mark == "stale":
            assert "strict" not in way, "strict handling was asked for"
            assert response.status_code in (200, 304, 404)
            return None
        assert response.status_code == 200, f"no mark, so it is fresh: {response.status_code} {response.text}"
        shown: dict[str, Any] = response.json()
        return shown

    async def _ask(self, path: str, done: Answer, way: str) -> httpx2.Response:
        token = done.token
        headers = [("Consistency-Token", token), *([("Prefer", way)] if way else [])]
        if self._chance.random() < 0.3 and done.version > 1 and "journey" not in path:
            # Of what the client had before: a 304 to it would be a stale answer in disguise.
            headers.append(("If-None-Match", f'"v{done.version - 1}"'))
        sent = Sent(self._player.name, done.sent.token, "GET", path, "", None, tuple(headers))
        return await self._queries.once(sent)


async def read_behind_a_lag(system: System, pairs: int, chance: random.Random, *, players: int) -> None:
    commands = Api((await system.started("commands", "serve", "commands")).url)
    queries = Api((await system.started("queries", "serve", "queries")).url)
    await system.started("reactor", "react")
    async with DelayingProxy(system.valkey.socket) as slow:
        await system.started("projector", "project", store_url=slow.url)
        readers = [
            Reader(
                Player(commands, system.mint, f"player-{number}", random.Random(chance.random())),
                queries,
                random.Random(chance.random()),
            )
            for number in range(players)
        ]
        left = iter(range(pairs))

        async def live(reader: Reader) -> None:
            for _ in left:
                await reader.pair()

        await asyncio.gather(*(reader.begin() for reader in readers))
        slow.delay_s = LAG_S
        await asyncio.gather(*map(live, readers))
        await asyncio.gather(commands.close(), queries.close())
    outcomes = sum((reader.outcomes for reader in readers), Counter())
    print(
        f"{outcomes.total()} queries behind a lag of {LAG_S * 1000:.0f} ms: {dict(sorted(outcomes.items()))}"
    )
    assert outcomes.total() >= pairs
    # The lag was really there, and waiting really helped.
    assert outcomes["nothing: stale"] > outcomes["nothing: fresh"]
    assert outcomes["handling=strict: refused"] > 0
    assert outcomes["wait=5: fresh"] > 0


@pytest.mark.neo4j
async def test_a_checkpoint_is_not_seen_before_the_rows_that_moved_with_it(neo4j_system: System) -> None:
    """Neo4j shows a commit bit by bit, indexes last: a read must wait for all of what one before it saw."""
    writing, reading = await neo4j_system.graph("writer"), await neo4j_system.graph("reader")
    node = Node("Probe", properties={"position": "integer"})
    await writing.declare(Schema((node,), ()))
    ended, missed, moves = asyncio.Event(), 0, 0

    async def write() -> None:
        for position in range(1, COMMITS + 1):
            rows = [{"id": f"{position}/{number}", "position": position} for number in range(ROWS)]
            async with writing.transaction() as tx:
                await tx.run(add_nodes(node), rows=rows)
                await tx.run("MERGE (p:Probe {id: 'mark'}) SET p.position = $position", position=position)
        ended.set()

    async def read() -> None:
        nonlocal missed, moves
        seen = 0
        while not ended.is_set():
            marks = await reading.read("MATCH (p:Probe {id: 'mark'}) RETURN p.position AS position")
            if marks and marks[0]["position"] > seen:
                seen, moves = marks[0]["position"], moves + 1
                missed += not await reading.read(
                    "MATCH (p:Probe {id: $id}) RETURN p.id", id=f"{seen}/{ROWS - 1}"
                )

    await asyncio.gather(write(), *(read() for _ in range(4)))
    await asyncio.gather(writing.close(), reading.close())
    print(f"{missed} of {moves} rows were missed by who had seen their checkpoint")
    assert missed == 0
    assert moves > COMMITS


@pytest.mark.neo4j
async def test_no_answer_is_stale_without_saying_so(neo4j_system: System, chance: random.Random) -> None:
    await read_behind_a_lag(neo4j_system, 300, chance, players=12)


@pytest.mark.soak
@pytest.mark.neo4j
@pytest.mark.timeout(1_800)
async def test_no_answer_is_stale_without_saying_so_at_length(
    neo4j_system: System, chance: random.Random
) -> None:
    await read_behind_a_lag(neo4j_system, 10_000, chance, players=32)
