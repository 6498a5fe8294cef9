"""A turn of play: an interaction that is answered by the authored story, posted with `Prefer: wait`.

First at 100 turns a second, each due at its time whether or not earlier ones were answered, so that queueing
counts. Then at the rate of 32 players who read instantly, with the processor time of each process. Once with
each part in a separate process, durable, and once as `tta dev`. The ceiling is a bare Starlette echo with one
bare append, in the same set-up.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.figures import Figure, median, percentile, sized
from bench.interactions import echo, once, rate
from bench.players import DevServer, Process, free_port, until_listening
from bench.stores import server
from bench.story_players import Played, StoryPlayer
from tta.eventstore.child_server import ChildServer
from tta.security.tokens import Tokens

TITLE = "Turns answered by the story, posted with `Prefer: wait`"
RATE = sized(100.0, 10.0)
SECONDS = float(os.environ.get("BENCH_TURNS_S", sized(30.0, 1.0)))
PLAYERS = sized(
    100, 8
)  # Each takes a turn every second, which is faster than reading, so that stories end meanwhile.
WARM_UP_S = sized(3.0, 0.3)
AT_ONCE = sized(32, 4)
ROUND_S = sized(5.0, 0.5)
ROUNDS = sized(3, 1)
SEED = 1
OTHERS_MAX = 0.2  # Other programs may use this many cores without a remark in the figures.
PLAYERS_THEMSELVES = "the players"
PARTS = {"API": ["serve", "commands"], "reactor": ["react"], "projector": ["project"]}


class Tta(NamedTuple):
    """A TTA under load, and its processes."""

    name: str
    port: int
    tokens: Tokens
    processes: dict[str, int]
    bare_port: int | None = None


class Spent(NamedTuple):
    """The result of a round: turns a second, and each process's milliseconds of processor time for a turn."""

    turns_s: float
    ms_turn: dict[str, float]

    others: float
    """The cores that other programs used meanwhile."""

    @property
    def cores(self) -> float:
        return sum(self.ms_turn.values()) * self.turns_s / 1000


class Measured(NamedTuple):
    """The results of one TTA: turns at a fixed rate, then at the maximum rate, then the bare echo."""

    played: Played
    at_rate: Spent
    saturated: Played
    spent: Sequence[Spent]
    ceilings: Sequence[float]


class Meter:
    """Measures the processor time of the processes from its creation on."""

    def __init__(self, tta: Tta) -> None:
        self._watched = {name: psutil.Process(pid) for name, pid in tta.processes.items()}
        self._watched[PLAYERS_THEMSELVES] = psutil.Process()
        self._before = {name: _processor_s(each) for name, each in self._watched.items()}
        self._machine_before, self._began = _busy_s(), time.perf_counter()

    def spent(self, turns: int) -> Spent:
        took = time.perf_counter() - self._began
        used = {name: _processor_s(each) - self._before[name] for name, each in self._watched.items()}
        others = (_busy_s() - self._machine_before - sum(used.values())) / took
        return Spent(turns / took, {name: each * 1000 / max(turns, 1) for name, each in used.items()}, others)


async def run() -> list[Figure]:
    figures: list[Figure] = []
    async with apart() as tta:
        figures += await _measured(tta)
    async with in_one_process() as tta:
        figures += await _measured(tta)
    return figures


@asynccontextmanager
async def apart() -> AsyncIterator[Tta]:
    """Run `tta serve commands`, `tta project` and `tta react` on one Valkey, and the bare echo."""
    with tempfile.TemporaryDirectory() as raw:
        directory = Path(raw)
        async with server() as child:
            parts, tta = await _parts(directory, child)
            try:
                for process in parts.values():
                    await process.start()
                assert tta.bare_port is not None
                await until_listening(tta.port)
                await until_listening(tta.bare_port)
                assert child.process is not None
                pids = {name: process.pid for name, process in parts.items() if name != "bare"}
                yield tta._replace(processes={**pids, "Valkey": child.process.pid})
            finally:
                for process in parts.values():
                    await process.stop()


async def _parts(directory: Path, child: ChildServer) -> tuple[dict[str, Process], Tta]:
    keys, port, bare_port = directory / "keys", free_port(), free_port()
    await once(directory, "keys", "keys", "create", str(keys))
    common = {"store_url": child.url, "keys_dir": str(keys)}
    parts = {}
    for name, arguments in (
        ("API", ["serve", "commands"]),
        ("projector", ["project"]),
        ("reactor", ["react"]),
    ):
        graph = {"graph_url": f"embedded:{directory / name}-graph"}
        await once(directory, f"{name}-migrate", "migrate", **common, **graph)
        parts[name] = Process(directory, name, "-m", "tta", *arguments, **common, **graph, port=str(port))
    parts["bare"] = Process(directory, "bare", "-m", "bench.bare", child.url, "bare", str(bare_port))
    tokens = Tokens.read(keys / "token-signing.json", create=False)
    return parts, Tta("apart", port, tokens, {}, bare_port)


@asynccontextmanager
async def in_one_process() -> AsyncIterator[Tta]:
    """Run `tta dev`."""
    with tempfile.TemporaryDirectory() as raw:
        async with DevServer(Path(raw)) as dev:
            children = psutil.Process(dev.pid).children()
            (graph,) = (each for each in children if "tta.graph.engines.child" in each.cmdline())
            (valkey,) = (each for each in children if each != graph)
            pids = {"tta dev": dev.pid, "graph": graph.pid, "Valkey": valkey.pid}
            yield Tta("tta dev", dev.port, dev.tokens, pids)


async def _measured(tta: Tta) -> list[Figure]:
    players = [StoryPlayer(tta.port, tta.tokens, number, SEED) for number in range(PLAYERS)]
    for first in range(0, PLAYERS, AT_ONCE):
        await asyncio.gather(*(each.begin() for each in players[first : first + AT_ONCE]))
    await _at_rate(players, WARM_UP_S)
    meter = Meter(tta)
    played = await _at_rate(players, SECONDS)
    at_rate = meter.spent(len(played.latencies))
    saturated = _shared(players)
    spent = [await _saturated(tta, players[:AT_ONCE], saturated) for _ in range(ROUNDS)]
    # Measure this last: the echo appends far faster than reactor and projector can follow.
    ceilings = [await rate(tta.bare_port, echo) for _ in range(ROUNDS)] if tta.bare_port else []
    await asyncio.gather(*(each.close() for each in players))
    return _told(tta.name, Measured(played, at_rate, saturated, spent, ceilings))


def _shared(players: Sequence[StoryPlayer]) -> Played:
    """Let all players record their results in one place from now on."""
    played = Played()
    for each in players:
        each.played = played
    return played


async def _at_rate(players: Sequence[StoryPlayer], seconds: float) -> Played:
    """Schedule turns at random times, RATE a second on average; the players take them in rotation."""
    played, chance = _shared(players), random.Random(SEED)
    began = due = time.perf_counter()
    under_way, number = set(), 0
    while due < began + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(players[number % len(players)].play(due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        due += chance.expovariate(RATE)
        number += 1
    await asyncio.gather(*under_way)
    return played


async def _saturated(tta: Tta, players: Sequence[StoryPlayer], played: Played) -> Spent:
    """Let these players take one turn after the other."""
    turns, until, meter = len(played.latencies), time.perf_counter() + ROUND_S, Meter(tta)

    async def live(player: StoryPlayer) -> None:
        while time.perf_counter() < until:
            await player.play(time.perf_counter())

    await asyncio.gather(*map(live, players))
    return meter.spent(len(played.latencies) - turns)


def _busy_s() -> float:
    """Return the seconds that all cores together were busy since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def _processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _told(where: str, measured: Measured) -> list[Figure]:
    played, at_rate, saturated, spent, ceilings = measured
    latencies = [each * 1000 for each in played.latencies]
    turns_s = median([each.turns_s for each in spent])
    wrong, anew = played.wrong + saturated.wrong, f"{played.sessions} stories came to their end"
    figures = [
        Figure(f"{where}: turns at {RATE:.0f}/s", len(latencies), "", note=anew),
        Figure(f"{where}: p50", percentile(latencies, 0.5), "ms", "≤ 25", "from the moment it was due"),
        Figure(f"{where}: p99", percentile(latencies, 0.99), "ms", "≤ 100"),
        Figure(f"{where}: longest", max(latencies), "ms"),
        Figure(
            f"{where}: cores busy with other programs meanwhile",
            at_rate.others,
            "",
            note=_noise(at_rate.others),
        ),
        Figure(f"{where}: turns that went wrong", wrong.total(), "", "≤ 0", _listed(wrong)),
        Figure(f"{where}: turns/s of {AT_ONCE} players at once", turns_s, "turns/s"),
    ]
    for name in spent[0].ms_turn:
        ms = median([each.ms_turn[name] for each in spent])
        share, alone = f"{ms * turns_s / 10:.0f} % of a core", 1000 / ms if ms else 0
        note = share if name == PLAYERS_THEMSELVES else f"{share}; a core of its own would do {alone:,.0f}/s"
        figures.append(Figure(f"{where}: processor time per turn, {name}", ms, "ms", note=note))
    cores = median([each.cores for each in spent])
    figures.append(Figure(f"{where}: cores busy of {os.cpu_count()}", cores, "", note=_bound(spent, turns_s)))
    others = median([each.others for each in spent])
    figures.append(Figure(f"{where}: cores busy with other programs", others, "", note=_noise(others)))
    if ceilings:
        ceiling = median(ceilings)
        figures.append(Figure("bare echo + one bare append", ceiling, "requests/s"))
        figures.append(Figure(f"{where}: turns / bare", turns_s / ceiling, "×"))
    return figures


def _noise(others: float) -> str:
    return "measure again when the machine is quiet" if others > OTHERS_MAX else ""


def _bound(spent: Sequence[Spent], turns_s: float) -> str:
    """Return what limits a saturated TTA: a process that fills a core, all cores, or neither."""
    if median([each.others for each in spent]) > OTHERS_MAX:
        return "bound by other programs too: see below"
    cores = median([each.cores for each in spent])
    ms_turn = {name: median([each.ms_turn[name] for each in spent]) for name in spent[0].ms_turn}
    largest = max(ms_turn, key=lambda name: ms_turn[name])
    if ms_turn[largest] * turns_s > 900:
        return f"bound by {largest}, which fills a core"
    if cores > 0.9 * (os.cpu_count() or 1):
        return f"bound by the machine: all cores are busy, most with {largest}"
    return "bound by waiting, not by processors"


def _listed(wrong: dict[str, int]) -> str:
    return ", ".join(f"{count} × {what}" for what, count in wrong.items())
