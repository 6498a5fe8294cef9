"""Durable appends of the real envelope: group commit beside a plain pool and the server's own ceiling."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import hiredis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bench.figures import Figure, percentile, sized
from bench.stores import one_event, server, store
from tta.domain.identity import derived_id
from tta.eventstore.appends import Append, AppendResult, appended, packed
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, Head
from tta.eventstore.nodes import evalsha
from tta.eventstore.scripts import APPEND
from tta.eventstore.store import EventStore
from tta.eventstore.wire import command as wire_command

TITLE = "Durable appends, one process, appendfsync always"
EVENTS = sized(20_000, 512)
ROUNDS = sized(3, 1)
PIPELINE = 256

Appending = Callable[[Append], Awaitable[AppendResult]]


async def run() -> list[Figure]:
    figures = []
    async with server() as child, store(child) as opened:
        ceiling = max([await asyncio.to_thread(_ceiling, child, opened, turn) for turn in range(ROUNDS)])
        figures.append(Figure("server's ceiling, prebuilt and pipelined", ceiling, "events/s"))
        for tasks in (64, 256):
            figures += await _compare(child, opened, tasks, ceiling)
        figures.append(Figure("Python per append, packing and reading the answer", _python_us(opened), "µs"))
    return figures


async def _compare(child: ChildServer, opened: EventStore, tasks: int, ceiling: float) -> list[Figure]:
    """Run both alternately, so that a machine whose speed drifts affects both; return the medians."""
    ours, pool = [], []
    for turn in range(ROUNDS):
        ours.append(await _load(opened.append, tasks, f"ours {turn}"))
        async with _pooled(child, opened) as append:
            pool.append(await _load(append, tasks, f"pool {turn}"))
    rate, p99 = _middle(ours)
    pool_rate, pool_p99 = _middle(pool)
    many = tasks > 64
    return [
        Figure(f"{tasks} tasks: group commit", rate, "events/s"),
        Figure(f"{tasks} tasks: plain pool", pool_rate, "events/s"),
        Figure(f"{tasks} tasks: group commit / pool", rate / pool_rate, "×", "" if many else "≥ 1.05"),
        Figure(f"{tasks} tasks: group commit / ceiling", rate / ceiling, "×", "≥ 0.3"),
        Figure(f"{tasks} tasks: p99 of group commit", p99 * 1000, "ms"),
        Figure(f"{tasks} tasks: p99 / pool's p99", p99 / pool_p99, "×", "≤ 0.3" if many else ""),
    ]


async def _load(append: Appending, tasks: int, run_name: str) -> tuple[float, float]:
    latencies: list[float] = []

    async def one(number: int) -> None:
        aggregate, head = derived_id(run_name, str(tasks), str(number)), ABSENT
        for _ in range(EVENTS // tasks):
            began = time.perf_counter()
            result = await append(one_event(aggregate, head))
            latencies.append(time.perf_counter() - began)
            head = result.heads[0]

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(tasks)))
    return len(latencies) / (time.perf_counter() - began), percentile(latencies, 0.99)


class _pooled:  # noqa: N801 - Used like a function.
    """Measure the same append on a plain pool: each takes a connection and awaits its answer."""

    def __init__(self, child: ChildServer, opened: EventStore) -> None:
        pool = BlockingConnectionPool.from_url(child.url, max_connections=64, timeout=60, protocol=2)
        self._client = Redis(connection_pool=pool, retry=Retry(NoBackoff(), 0))
        self._store = opened
        self._sha = APPEND.sha.decode()

    async def __aenter__(self) -> Appending:
        await self._client.script_load(APPEND.text)
        return self._append

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def _append(self, append: Append) -> AppendResult:
        request = packed(append, self._store.layout, touch=False)
        reply = await self._client.evalsha(self._sha, len(request.keys), *request.keys, *request.arguments)
        return appended(append, request, reply)


def _ceiling(child: ChildServer, opened: EventStore, turn: int) -> float:
    """Measure the server's rate for the same script calls, prebuilt and pipelined on one connection."""
    calls = []
    heads: dict[UUID, Head] = {}
    for number in range(EVENTS):
        aggregate = derived_id("ceiling", str(turn), str(number % 64))
        append = one_event(aggregate, heads.get(aggregate, ABSENT))
        request = packed(append, opened.layout, touch=False)
        heads[aggregate] = request.heads[0]
        calls.append(evalsha(APPEND, request.keys, request.arguments))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(child.socket))
        connection.sendall(wire_command("SCRIPT", "LOAD", APPEND.text))
        connection.recv(1000)
        reader = hiredis.Reader()
        began = time.perf_counter()
        for start in range(0, EVENTS, PIPELINE):
            chunk = calls[start : start + PIPELINE]
            connection.sendall(b"".join(chunk))
            answered = 0
            while answered < len(chunk):
                reply = reader.gets()
                if reply is False:
                    reader.feed(connection.recv(65_536))
                else:
                    assert reply[0] == b"OK", reply
                    answered += 1
        return EVENTS / (time.perf_counter() - began)


def _python_us(opened: EventStore) -> float:
    """Measure Python's time for one append without the network: packing, chaining, reading the answer."""
    rounds, reply = sized(5_000, 100), [b"OK", b"1", b"1", b"1"]
    aggregate = derived_id("python")
    began = time.perf_counter()
    for _ in range(rounds):
        append = one_event(aggregate, ABSENT)
        request = packed(append, opened.layout, touch=False)
        evalsha(APPEND, request.keys, request.arguments)
        appended(append, request, reply)
    return (time.perf_counter() - began) / rounds * 1e6


def _middle(runs: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the medians of rate and p99."""
    rates, p99s = zip(*runs, strict=True)
    return sorted(rates)[len(rates) // 2], sorted(p99s)[len(p99s) // 2]
