"""`tta doctor` on the servers: those of the event store, and the graph."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Literal

import httpx2
import msgspec
from redis.exceptions import RedisError, ResponseError

from tta.app.aggregates import event_types
from tta.app.data_dir import holder
from tta.app.overdue import overdue_answers
from tta.app.settings import Settings, SettingsWrong
from tta.app.work import REACTOR_NAMES, READ_MODELS
from tta.clock import now
from tta.commands.folding import Aggregates
from tta.console.operations import NothingFound, graph_file, standing_store, without_secrets
from tta.eventstore.durability import QUESTIONS, Durability, judged
from tta.eventstore.errors import StoreError, UnsafeServer
from tta.eventstore.marks import MarkState
from tta.eventstore.store import EventStore
from tta.eventstore.topology import ServerAddress, Topology
from tta.graph.engine import Graph, GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.migrations import DatabaseIsNewer, MigrationAltered, all_migrations, pending
from tta.graph.opening import open_graph
from tta.http.edge.wiring import OverdueReplies
from tta.projector.checkpoints import Checkpoints
from tta.projector.lag import Lag, lags

SLOTS_NAMED_MAX = 8
LATELY = timedelta(days=1)
SERVER_VERSION_MIN = (7, 0)  # The first that supports flags in scripts.
ASK_TIMEOUT_S = 3.0
COMPONENTS = "CALL dbms.components() YIELD name, versions, edition RETURN name, versions, edition"

State = Literal["ok", "warn", "fail"]


class DoctorFinding(msgspec.Struct, frozen=True):
    """One check: its result, and what to change if it did not succeed."""

    what: str
    state: State
    found: str
    change: str


async def check_store(
    settings: Settings, stack: AsyncExitStack
) -> tuple[EventStore | None, list[DoctorFinding]]:
    """Check the servers of the event store and its record; return the store if it can be opened."""
    findings = await check_servers("store server", settings.store_url, settings)
    if any(finding.state == "fail" for finding in findings):
        return None, findings
    try:
        store = await stack.enter_async_context(standing_store(settings))
    except NothingFound as error:
        change = "nothing, if this is a new store: the first start creates it; else correct TTA_STORE_NAME"
        return None, [*findings, DoctorFinding("store", "warn", str(error), change)]
    except (StoreError, SettingsWrong) as error:
        change = "correct TTA_STORE_URL and TTA_STORE_NAME, or run the release of TTA that wrote it"
        return None, [*findings, DoctorFinding("store", "fail", str(error), change)]
    name, slots = store.layout
    found = f"{name}: {slots} slots"
    if slots != settings.store_slots:
        change = f"set TTA_STORE_SLOTS={slots}"
        return store, [
            *findings,
            DoctorFinding("store", "fail", f"{found}, expected {settings.store_slots}", change),
        ]
    return store, [*findings, DoctorFinding("store", "ok", found, "")]


async def check_marks(store: EventStore) -> list[DoctorFinding]:
    """Compare the reactors' marks with the log."""
    try:
        marks = await store.marks.check(REACTOR_NAMES)
    except StoreError as error:
        return [
            DoctorFinding("reactors", "warn", f"their marks cannot be read: {error}", "see the rows above")
        ]
    findings = []
    for name, checks in marks.items():
        gone = [slot for slot, check in checks.items() if check.state is MarkState.CHANGED]
        back = [
            slot for slot, check in checks.items() if check.put_back and now() - check.put_back.at < LATELY
        ]
        if gone:
            found = f"{name}: its marks in slots {_listed(gone)} name events that are no longer in the log"
            change = "restore the log if possible; else run `tta react`, which puts the marks back"
            findings.append(DoctorFinding("reactors", "fail", found, change))
        elif back:
            found = f"{name}: put back in slots {_listed(back)}, whose log had lost events"
            change = "find out why the log lost events; turns that were lost with it are not answered"
            findings.append(DoctorFinding("reactors", "warn", found, change))
    return findings or [DoctorFinding("reactors", "ok", "all their marks are in the log", "")]


def _listed(slots: Sequence[int]) -> str:
    more = f" and {len(slots) - SLOTS_NAMED_MAX} more" if len(slots) > SLOTS_NAMED_MAX else ""
    return ", ".join(map(str, slots[:SLOTS_NAMED_MAX])) + more


async def check_graph(settings: Settings, store: EventStore | None) -> list[DoctorFinding]:
    """Check the graph, its migrations, and the lag of its read models."""
    path = graph_file(settings)
    if not settings.graph_url and not path.exists():
        return [
            DoctorFinding(
                "graph", "warn", f"{path} does not exist yet", "run `tta dev`, or set TTA_GRAPH_URL"
            )
        ]
    url = settings.graph_url or f"embedded:{path}"
    try:
        graph = await open_graph(
            url, user=settings.graph_user or None, password=settings.password() or None, apart=True
        )
    except GraphInUse as error:
        return await _ask_the_running(settings, str(error))
    except (GraphRefused, GraphUnavailable, SettingsWrong) as error:
        return [_not_opened(error, url)]
    try:
        return await _look_into(graph, without_secrets(url), settings, store)
    except (GraphRefused, GraphUnavailable) as error:
        if graph.dialect == "embedded":
            return [_not_opened(error, url)]
        change = "start it, or correct TTA_GRAPH_URL, TTA_GRAPH_USER and TTA_GRAPH_PASSWORD_FILE"
        return [DoctorFinding("graph", "fail", str(error), change)]
    finally:
        await graph.close()


def _not_opened(error: Exception, url: str) -> DoctorFinding:
    if not url.startswith("embedded:") or isinstance(error, SettingsWrong):
        return DoctorFinding("graph", "fail", str(error), "correct TTA_GRAPH_URL")
    change = (
        "nothing: the next start moves these files aside and fills a new graph from the log, without loss;"
        " if the disk is full, free space first"
    )
    return DoctorFinding("graph", "warn", f"{url} does not open: {error}", change)


async def _look_into(
    graph: Graph, url: str, settings: Settings, store: EventStore | None
) -> list[DoctorFinding]:
    await graph.check()
    engine = "the embedded engine"
    if graph.dialect == "neo4j":
        row = (await graph.read(COMPONENTS))[0]
        engine = f"{row['name']} {', '.join(row['versions'])} {row['edition']}"
    findings = [DoctorFinding("graph", "ok", f"{url}: {engine}", "")]
    try:
        missing = await pending(graph)
    except (MigrationAltered, DatabaseIsNewer) as error:
        return [
            *findings,
            DoctorFinding("migrations", "fail", str(error), "run the release of TTA that matches the graph"),
        ]
    if missing:
        names = ", ".join(migration.id for migration in missing)
        return [
            *findings,
            DoctorFinding("migrations", "fail", f"the graph lacks {names}", "run `tta migrate`"),
        ]
    findings.append(DoctorFinding("migrations", "ok", f"all {len(all_migrations())} applied", ""))
    if store is None:
        return findings
    slots = store.layout.slots
    checkpoints = [
        Checkpoints(graph, read_model.NAME, read_model.VERSION, slots) for read_model in READ_MODELS
    ]
    # If an embedded graph can be opened, no worker uses it, which is expected.
    stopped = not settings.graph_url
    findings += [_about(lag, is_stopped=stopped) for lag in await lags(store, checkpoints)]
    return [*findings, _about_overdue(await _overdue(store, graph))]


async def _overdue(store: EventStore, graph: Graph) -> OverdueReplies | None:
    try:
        return await overdue_answers(Aggregates(store, event_types()), graph)
    except (StoreError, GraphRefused):  # The read model may not exist yet.
        return None


async def _ask_the_running(settings: Settings, error: str) -> list[DoctorFinding]:
    """Ask the process that has the embedded graph open about its state."""
    other = holder(settings.data_dir)
    if other is None or not other.url:
        return [DoctorFinding("graph", "warn", error, "")]
    asked = other.operators or other.url  # The previous release answered everything at one address.
    try:
        async with httpx2.AsyncClient(timeout=ASK_TIMEOUT_S, trust_env=False) as client:
            health = (await client.get(f"{asked}/health")).json()
        measured = msgspec.convert(health["details"]["projections"], list[Lag])
        overdue = msgspec.convert(health["details"].get("overdue"), OverdueReplies | None)
        stopped = [f"{each['name']}: {each['reason']}" for each in health["details"]["stopped"]]
        troubles = [str(each) for each in health["details"].get("troubles", ())]
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as unanswered:
        change = "it is starting or stopping: try again; if that does not help, read its log"
        return [
            DoctorFinding("graph", "fail", f"{asked} does not answer with its health: {unanswered}", change)
        ]
    state: State = "ok" if health["checks"]["database"] else "fail"
    findings = [DoctorFinding("graph", state, f"embedded, in use by the TTA at {other.url}", "")]
    findings += [_about(lag, is_stopped=False) for lag in measured]
    findings.append(_about_overdue(overdue))
    change = "read its log for the reason; TTA opens the graph again if that can help"
    findings += [DoctorFinding("projection", "fail", each, change) for each in troubles]
    change = "this event cannot be projected: read the log, correct the fold, restart"
    return findings + [DoctorFinding("projection", "fail", each, change) for each in stopped]


def _about_overdue(overdue: OverdueReplies | None) -> DoctorFinding:
    if overdue is None:
        return DoctorFinding(
            "replies", "warn", "it is unknown whether a reply is overdue", "see the rows above"
        )
    if not overdue.answers:
        return DoctorFinding("replies", "ok", "no reply is overdue", "")
    found = f"{overdue.answers} turns wait for their reply, the oldest for {overdue.oldest_s:.0f} s"
    change = (
        "check that `tta react` runs, and read its log; its `/health` for operators lists parked and "
        "stopped work"
    )
    return DoctorFinding("replies", "fail", found, change)


def _about(lag: Lag, *, is_stopped: bool) -> DoctorFinding:
    what = f"projection {lag.model}"
    if lag.changed:
        which = "".join(f" --slot {slot}" for slot in lag.changed)
        found = f"its rows in slots {_listed(lag.changed)} come from events that are no longer in the log"
        change = (
            "restore the log if possible; else "
            f"`tta graph forget --model {lag.model}{which}` fills the rows again"
        )
        return DoctorFinding(what, "fail", found, change)
    if lag.events_behind is None:
        return DoctorFinding(what, "warn", "its lag is unknown", "see the rows above")
    age = "an unknown time" if lag.seconds_behind is None else f"{lag.seconds_behind:g} s"
    behind = f"{lag.events_behind} events, {age} behind" if lag.events_behind else "up to date"
    if lag.filling:
        behind = f"{behind}; {lag.filling} slots are being filled"
    if is_stopped:
        return DoctorFinding(what, "ok", f"{behind}; no projector runs", "")
    if lag.slots_without_worker:
        found = f"{behind}; {lag.slots_without_worker} slots have no worker"
        return DoctorFinding(what, "warn", found, "start one or more `tta project`")
    return DoctorFinding(what, "ok", f"{behind}; every slot has a worker", "")


async def check_servers(what: str, url: str, settings: Settings) -> list[DoctorFinding]:
    """Check each server behind a URL: its version, its role, and its durability."""
    shown = without_secrets(url)
    try:
        topology = Topology(url)
        await topology.learn()
    except (StoreError, ValueError) as error:
        return [DoctorFinding(what, "fail", f"{shown}: {error}", "start it, or correct its URL and password")]
    findings = []
    for server in sorted(topology.servers):
        name = f"{shown} {server}" if topology.is_cluster else shown
        try:
            findings += await _check_server(what, name, topology, server, settings.durability)
        except (RedisError, OSError, SettingsWrong) as error:
            findings.append(DoctorFinding(what, "fail", f"{name}: {error}", "start it, or correct its URL"))
    return findings


async def _check_server(
    what: str, name: str, topology: Topology, server: ServerAddress, durability: Durability
) -> list[DoctorFinding]:
    connection = topology.connection(server)
    try:
        await connection.connect()
        info = await _ask(connection, "INFO", "server")
        replies = [await _ask(connection, *question) for question in QUESTIONS]
    finally:
        await connection.disconnect(nowait=True)
    findings = [_about_version(what, name, info)]
    role = replies[1]
    if not isinstance(role, ResponseError):
        findings[0] = msgspec.structs.replace(findings[0], found=f"{findings[0].found}, {role[0].decode()}")
    try:
        judged(durability, replies)
        kept = "declared to keep" if isinstance(replies[0], ResponseError) else "keeps"
        findings.append(DoctorFinding(f"{what} durability", "ok", f"{kept} {durability}", ""))
    except UnsafeServer as error:
        change = (
            "change these settings with CONFIG SET and in the configuration file, or set TTA_STORE_DURABILITY"
        )
        findings.append(DoctorFinding(f"{what} durability", "fail", str(error), change))
    return findings


def _about_version(what: str, name: str, info: Any) -> DoctorFinding:
    if isinstance(info, ResponseError):
        return DoctorFinding(what, "ok", f"{name}: answers, without its version", "")
    lines = (line.partition(":") for line in info.decode(errors="replace").splitlines())
    said = {field: value for field, _, value in lines}
    product = "Valkey" if "valkey_version" in said else "Redis"
    version = said.get("valkey_version") or said.get("redis_version", "")
    found = f"{name}: {product} {version}"
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < SERVER_VERSION_MIN:
        return DoctorFinding(what, "fail", found, "TTA needs Redis 7.0 or later, or Valkey")
    return DoctorFinding(what, "ok", found, "")


async def _ask(connection: Any, *command: str) -> Any:
    await connection.send_command(*command)
    try:
        return await connection.read_response(disable_decoding=True)
    except ResponseError as error:
        return error
