"""The composition root: opens, wires and closes everything."""

import asyncio
import ctypes
import gc
import os
import platform
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

from msgspec.structs import replace

from tta.app.aggregates import event_types
from tta.app.data_dir import GRAPH_FILE, VALKEY_DIR
from tta.app.listeners import Addresses, listeners
from tta.app.llms import asked_llms
from tta.app.overdue import OverdueAnswers
from tta.app.settings import Settings, SettingsWrong
from tta.app.work import (
    REACTOR_NAMES,
    READ_MODELS,
    Keys,
    SharedResources,
    Work,
    clock,
    lives,
    orchestrator,
    prepare,
    projectors,
    reactors,
    worker_of,
)
from tta.commands.folding import Aggregates
from tta.commands.handle import Commands
from tta.commands.player_queues import PlayerQueues
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.eventstore.writer import ended
from tta.graph.engine import Graph
from tta.graph.engines.embedded_source import EmbeddedSource
from tta.graph.kept import GraphSource, KeptGraph, ServerSource
from tta.graph.migrations import check_migrated, migrate
from tta.graph.opening import CONNECT_TIMEOUT_S, TRANSACTION_TIMEOUT_S, open_graph, path_of
from tta.http.edge.questionnaire_gate import QuestionnaireGate
from tta.http.edge.wiring import Services, Workers
from tta.http.measurements import Measurements
from tta.live.hub import Hub
from tta.projector.checkpoints import Checkpoints
from tta.projector.freshness import Freshness, Positions
from tta.reactors.leases import ReactorLeases
from tta.security.binding import bind
from tta.security.consistency_tokens import TokenSeal
from tta.security.key_files import read_hmac_keys, read_key_encryption_keys
from tta.security.keyring import Keyring
from tta.security.keyring_watch import KeyringWatch
from tta.security.tokens import Tokens
from tta.stories.story import versions_had

COLLECTED_AFTER = 50_000, 20, 100  # Thresholds of the generations; Python's defaults are 700, 10, 10.
M_ARENA_MAX, ARENAS_MAX = -8, 2  # The parameter's number in glibc's malloc.h, and its value.
# Bytes: glibc's default, which it would gradually raise to 32 MB.
M_MMAP_THRESHOLD, MAPPED_FROM = -3, 128 << 10
GRAPH_PATIENCE_S = 10.0  # A start waits this long for the graph, and then continues without it.
GRAPH_READERS = 4


def tokens_of(settings: Settings) -> Tokens:
    return Tokens.read(settings.keys / "token-signing.json", create=_embedded(settings))


@asynccontextmanager
async def embedded(
    settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Settings]:
    """Run the embedded Valkey and graph, unless the settings name others; yield the settings with both.

    During a long start, `tell` is called with a line now and then.
    """
    changed = settings
    async with AsyncExitStack() as stack:
        if not settings.store_url:
            server = ChildServer(settings.data_dir / VALKEY_DIR, tell=tell)
            await server.start()
            stack.push_async_callback(server.stop)
            keeping = asyncio.create_task(server.keep(), name="the store's own server")
            stack.push_async_callback(ended, keeping)
            changed = replace(changed, store_url=server.url)
        if not settings.graph_url:
            path = (settings.data_dir / GRAPH_FILE).absolute()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            changed = replace(changed, graph_url=f"embedded:{path}")
        yield changed


@asynccontextmanager
async def opened(
    settings: Settings, *, migrating: bool = False, keyed: bool = True, graphed: bool = True
) -> AsyncIterator[SharedResources]:
    """Open the stores, check them, and close them again.

    `migrating` first applies the graph's migrations. Without `keyed` no key is read. Without `graphed` this
    neither waits for the graph nor prepares it, because commands and reactors do not need it. If the graph is
    away, a background task waits for it (kept.py).
    """
    for name in ("store_url", "graph_url"):
        if not getattr(settings, name):
            raise SettingsWrong(
                f"TTA_{name.upper()} is missing; only `tta dev` and `tta demo` start their own servers"
            )
    _keep_memory_whole()
    async with AsyncExitStack() as stack:
        with _naming("TTA_STORE_URL"):
            store = await EventStore.open(
                settings.store_url,
                settings.store_name,
                slots=settings.store_slots,
                durability=settings.durability,
            )
        stack.push_async_callback(store.close)
        types = event_types()
        keys = await stack.enter_async_context(_keys(settings, store, types)) if keyed else None
        positions = Positions()
        graph = await stack.enter_async_context(
            _graph(settings, store, types, positions, migrating=migrating, graphed=graphed)
        )
        yield SharedResources(settings, store, types, graph, positions, keys, graph.ready)


@asynccontextmanager
async def _graph(
    settings: Settings,
    store: EventStore,
    types: EventTypes,
    positions: Positions,
    *,
    migrating: bool,
    graphed: bool,
) -> AsyncIterator[KeptGraph]:
    """Open the graph, or begin to wait for it."""

    async def ready(graph: Graph) -> None:
        if migrating or source.is_new:
            await migrate(graph)
        elif graphed:
            await check_migrated(graph)
        if graphed:
            await prepare(SharedResources(settings, store, types, graph, positions, None, asyncio.Event()))

    def lost() -> None:
        for read_model in READ_MODELS:
            positions.left(read_model.NAME)

    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(_graph_source(settings))
        graph = KeptGraph(source, ready, lost)
        await graph.open(GRAPH_PATIENCE_S if graphed else 0)
        try:
            yield graph
        finally:
            await graph.close()


@asynccontextmanager
async def _graph_source(settings: Settings) -> AsyncIterator[GraphSource]:
    if settings.graph_url.startswith("embedded:"):
        path = path_of(settings.graph_url)
        yield EmbeddedSource(
            path,
            readers=GRAPH_READERS,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            transaction_timeout_s=TRANSACTION_TIMEOUT_S,
            may_delete=path == (settings.data_dir / GRAPH_FILE).absolute(),
        )
        return
    user, password = settings.graph_user or None, settings.password() or None
    driver = await open_graph(settings.graph_url, user=user, password=password)
    try:
        yield ServerSource(driver, settings.graph_url)
    finally:
        await driver.close()


@asynccontextmanager
async def _keys(settings: Settings, store: EventStore, types: EventTypes) -> AsyncIterator[Keys]:
    # Never replace missing keys of an existing log: its sealed texts could never be read again.
    create = _embedded(settings) and not any(position for position, _ in (await store.ends()).values())
    wrapping = read_key_encryption_keys(settings.keys / "key-encryption.json", create=create)
    hmac_keys = read_hmac_keys(settings.keys / "hmac.json", create=create)
    keyring_url = settings.keyring_url or settings.store_url
    with _naming("TTA_KEYRING_URL" if settings.keyring_url else "TTA_STORE_URL"):
        keyring = await Keyring.open(keyring_url, settings.store_name, wrapping, settings.durability)
    try:
        await bind(store, keyring)
        aggregates = Aggregates(store, types, cache_max=settings.remembered_max)
        yield Keys(keyring, hmac_keys, Commands(aggregates, keyring, PlayerQueues()))
    finally:
        await keyring.close()


@contextmanager
def _naming(variable: str) -> Iterator[None]:
    """Add the name of the setting to errors about a server that does not answer."""
    try:
        yield
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{variable}: {error}") from error


def services(parts: SharedResources, work: Work, *, needs_graph: bool = True) -> Services:
    """Collect what the API needs."""
    slots = parts.store.layout.slots
    checkpoints = [
        Checkpoints(parts.graph, read_model.NAME, read_model.VERSION, slots) for read_model in READ_MODELS
    ]
    return Services(
        commands=parts.commands,
        gate=QuestionnaireGate(),
        graph=parts.graph,
        freshness=Freshness(parts.store, parts.graph, parts.positions, checkpoints),
        keyring=parts.required_keys.keyring,
        tokens=tokens_of(parts.settings),
        hmac_keys=parts.required_keys.hmac_keys,
        token_seal=TokenSeal(parts.required_keys.hmac_keys.command, parts.store.layout.name),
        checkpoints=checkpoints,
        live=Hub(parts.store),
        measurements=Measurements(parts.store, checkpoints, REACTOR_NAMES),
        workers=Workers(
            work.stopped, work.refresh_gauges, work.models_rest, work.overdue_answers, REACTOR_NAMES
        ),
        opened_at=time.monotonic(),
        needs_graph=needs_graph,
    )


async def run(
    parts: SharedResources,
    *,
    serving: str = "",
    projecting: bool = False,
    reacting: bool = False,
    ready: Callable[[Addresses], None] = lambda _: None,
    takes_free_port: bool = False,
) -> None:
    """Run the chosen parts until the process is told to stop, then shut them down in order.

    `serving` is "", commands, queries or all. `ready` is called with the URLs once requests are answered.
    `takes_free_port` gives operators a free port if no setting names one.
    """
    _spare_the_collector()
    async with AsyncExitStack() as stack:
        llms = await stack.enter_async_context(asked_llms(parts.settings, parts.store))
        mediator = await orchestrator(parts, llms) if reacting else None
        leases = ReactorLeases(parts.store, worker_of(parts), stories=versions_had())
        work = Work(
            projectors(parts) if projecting else [],
            [] if mediator is None else reactors(parts, mediator, leases),
            mediator,
            clock(parts) if reacting else None,
            llms,
            OverdueAnswers(parts.commands.aggregates, parts.graph) if serving in {"queries", "all"} else None,
        )
        runs = [_once_there(parts.graph_ready, each.run) for each in work.projectors] + [
            each.run() for each in work.reactors
        ]
        if mediator is not None:
            await leases.beat()
            runs += [lives(parts, mediator).run(), leases.keep()]
        if work.clock is not None:
            runs.append(work.clock.run())
        if work.overdue is not None:
            runs.append(work.overdue.run())
        if parts.keys is not None:
            runs.append(KeyringWatch(parts.store, parts.keys.keyring).run())
        served = services(parts, work, needs_graph=serving == "queries") if serving else None
        runs += listeners(parts.settings, work, serving, served, ready, takes_free_port=takes_free_port)
        await _run(runs)


async def _once_there(graph_ready: asyncio.Event, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin to project once the graph is ready."""
    await graph_ready.wait()
    await work()


async def _run(runs: list[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(each) for each in runs]
    try:
        # The first task to end stops all: the API was told to stop, or a worker failed.
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _keep_memory_whole() -> None:
    """Make all threads share two arenas, and always return large blocks to the system.

    glibc gives each thread its own arena. The embedded graph's twelve threads fragmented them: 100 MB after
    160,000 turns. Large blocks fragmented another 30 MB after 100,000. Call this before threads start.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    if "MALLOC_ARENA_MAX" not in os.environ:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS_MAX)
    if "MALLOC_MMAP_THRESHOLD_" not in os.environ:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MAPPED_FROM)


def _spare_the_collector() -> None:
    """Exclude the objects loaded so far from garbage collection, and collect young objects less often.

    The collector took a fifth of a catch-up's processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def _embedded(settings: Settings) -> bool:
    """Return whether missing keys are created: only for the embedded servers, beside their data."""
    return settings.keys_dir is None
