"""Where an embedded graph comes from: files, which a process of its own has open.

What cannot be opened is put aside and made anew, since it is filled from the log. A process that hangs or
ends is replaced. While the disk is full, reads go on over what is open, and writes wait for room.
"""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog

from tta.graph.engine import Graph, GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.engines.child_process import ENDED, KILLED, GraphProcess, OpeningFailed
from tta.graph.engines.damage import files_of, put_aside
from tta.graph.engines.embedded import NO_ANSWER, EmbeddedGraph
from tta.graph.migrations import DatabaseIsNewer, MigrationsPending
from tta.graph.schema import Dialect

LOOK_EVERY_S = 0.25
INTERRUPTS_AFTER_S = 2.0  # Past a statement's time-out, at which the engine interrupts it by itself.
HANGS_AFTER_S = 5.0  # Past that time-out: then neither has helped, and the process is replaced.
OPEN_S_MAX = 120.0  # Opening replays 256 KiB of write-ahead log, then reads the catalogue.
CLOSE_S_MAX = 3.0
LEFT_BEHIND_S = 5.0  # The process of a TTA that was killed sees that its parent is gone, and ends.
ENDS_MAX = 3  # An open graph that crashes its process so often, with no quiet time between, is damaged.
QUIET_S = 300.0
FAILURES_MAX = 2  # An opening may end with its process for other reasons than the files, such as memory.
KILLS_MAX = 5  # A kill is no damage, unless the machine runs out of memory, or of time, at each opening.
ROOM_BYTES_MIN = 32 << 20  # And at most a twentieth of the disk: the rest is the log's.
DAMAGE = (
    "Storage exception",
    "orrupted",
    "Reading past the end of the file",
    "Cannot read",
    "duplicated primary key",
    "Assertion failed",
)
"""Parts of the engine's messages when it refuses a statement for what the files hold."""
WRITER = 0  # The number of the session that writes.
NO_ROOM = ("No space left", "Disk quota exceeded")
SHORT_WRITE = "Cannot write to file"
"""So the engine says of a write that failed or was cut short; the reason that it gives may be wrong."""

log = structlog.get_logger(__name__)


class NotStarted(GraphUnavailable):
    """The process that would open the graph cannot be started; the files have nothing to do with it."""


class EmbeddedSource:
    """See GraphSource. `may_delete` says that the files are TTA's own, not a path that somebody chose."""

    dialect: Dialect = "embedded"

    def __init__(
        self,
        path: Path,
        *,
        readers: int,
        connect_timeout_s: float,
        transaction_timeout_s: float,
        may_delete: bool,
    ) -> None:
        self.path = path
        self.name = str(path)
        self._readers = readers
        self._connect_timeout_s = connect_timeout_s
        self._transaction_timeout_s = transaction_timeout_s
        self._may_delete = may_delete
        self.mends_itself = True
        self.is_new = False
        """Whether what is open was made just now, and is not prepared yet."""
        self._process: GraphProcess | None = None
        self._graph: EmbeddedGraph | None = None
        self._opened_at = 0.0
        self._failures = 0
        self._kills = 0
        self._ends = 0
        self._doubts = ""
        self._damage = ""
        self._put_aside_at = -QUIET_S

    @property
    def pid(self) -> int:
        """The process that has the graph open; 0 when none has."""
        return self._process.pid if self._process is not None else 0

    @property
    def is_damaged(self) -> bool:
        """Whether the next attempt makes the files anew."""
        return bool(self._damage)

    async def open(self) -> Graph:
        """See GraphSource.open. Puts aside what cannot be opened; the next attempt then makes it anew."""
        if self._damage:
            await self._put_aside(self._damage)
        await asyncio.to_thread(self._require_room)
        self.is_new = self.is_new or not await asyncio.to_thread(files_of, self.path)
        try:
            process = await self._started()
        except (OpeningFailed, GraphRefused, GraphUnavailable) as error:
            raise self.rejected(error) from error
        self._doubts = ""
        self._process = process
        self._opened_at = asyncio.get_running_loop().time()
        self._graph = EmbeddedGraph(
            self.path,
            process.sessions,
            process.close,
            connect_timeout_s=self._connect_timeout_s,
            transaction_timeout_s=self._transaction_timeout_s,
        )
        return self._graph

    async def lost(self) -> str:
        """See GraphSource.lost: the process ended or hangs, or a write failed and there is room again."""
        process = self._process
        assert process is not None, "it was opened"
        self._failures, self._kills, self.is_new = 0, 0, False
        busy: dict[int, tuple[float, float]] = {}
        while not process.has_ended():
            if self._damage:
                return self._damage
            if self._doubts and await asyncio.to_thread(_room, self.path) >= 0:
                return self._doubts
            # What is counted are our own looks: a machine that slept has not waited for an answer.
            busy = {
                number: (since, busy[number][1] + LOOK_EVERY_S if busy.get(number, (0, 0))[0] == since else 0)
                for number, since in tuple(process.busy_since.items())
            }
            if self._doubts:
                busy.pop(WRITER, None)  # It may hang since its write failed; the readers go on.
            if hanging_s := self._hanging_s(process, busy):
                await asyncio.to_thread(process.kill)
                return f"the engine gave no answer for {hanging_s:g} s, and was ended"
            await asyncio.sleep(LOOK_EVERY_S)
        how = await asyncio.to_thread(process.how_it_ended)
        if not process.was_killed():
            self._count_crash(how)
        return f"its process ended ({how})"

    def _hanging_s(self, process: GraphProcess, busy: Mapping[int, tuple[float, float]]) -> float:
        """Interrupt what is late; return how long a session waits that this did not help, or 0."""
        for number, (_, waited_s) in busy.items():
            late_s = waited_s - self._transaction_timeout_s
            if late_s >= HANGS_AFTER_S:
                return waited_s
            if INTERRUPTS_AFTER_S <= late_s < INTERRUPTS_AFTER_S + LOOK_EVERY_S:
                process.interrupt(number)
        return 0

    def doubt(self, error: Exception) -> None:
        """See GraphSource.doubt: what a failed write leaves is not written to again."""
        words = str(error)
        if isinstance(error, GraphUnavailable) and "IO exception" in words:
            self._doubts = self._doubts or f"a write failed: {words}"
        # Not again and again: then it is not the files, and the lane that is refused says so.
        elif self._stood_long() and any(each in words for each in DAMAGE):
            self._damage = self._damage or words

    def rejected(self, error: Exception) -> Exception:
        """See GraphSource.rejected. Says whether the files are to be made anew at the next attempt."""
        words = str(error) or type(error).__name__
        if isinstance(error, DatabaseIsNewer | MigrationsPending | GraphInUse | NotStarted):
            return error
        if isinstance(error, OpeningFailed | GraphUnavailable):
            lacks_room = SHORT_WRITE in words and _room(self.path) < 0
            if lacks_room or any(each in words for each in NO_ROOM):
                return GraphUnavailable(f"it waits for room on its disk: {words}")
            if self._may_be_the_machine(words):
                self._kills += 1
            else:
                self._failures += 1
            is_damaged = self._failures >= FAILURES_MAX or self._kills >= KILLS_MAX
            self._damage = words if is_damaged else ""
        else:
            self._damage = words
        return GraphUnavailable(words)

    def _may_be_the_machine(self, words: str) -> bool:
        """Whether an attempt failed over a kill from outside, or took too long, as on a disk that stalls."""
        was_killed = ENDED in words and self._process is not None and self._process.was_killed()
        return was_killed or words.startswith(KILLED) or NO_ANSWER in words

    def writes_wait_for(self) -> str:
        """See GraphSource.writes_wait_for."""
        return f"it waits for room on its disk ({self._doubts})" if self._doubts else ""

    async def close(self) -> None:
        """See GraphSource.close."""
        graph, self._graph = self._graph, None
        process, self._process = self._process, None
        if process is None:
            return
        try:
            if graph is not None and not process.has_ended():
                async with asyncio.timeout(CLOSE_S_MAX):
                    await graph.close()
        except TimeoutError:
            log.warning("the embedded graph does not close, and is ended", graph=self.name)
        finally:
            await asyncio.to_thread(process.kill)

    async def _started(self) -> GraphProcess:
        """Start the process and wait until the graph is open, also for one left behind to leave the files."""
        deadline = asyncio.get_running_loop().time() + LEFT_BEHIND_S
        while True:
            process = await asyncio.to_thread(self._start)
            opening = asyncio.ensure_future(asyncio.to_thread(process.await_opening, OPEN_S_MAX))
            try:
                await asyncio.shield(opening)
            except GraphInUse:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)
            except BaseException:
                process.kill()
                await asyncio.gather(opening, return_exceptions=True)
                raise
            else:
                return process

    def _start(self) -> GraphProcess:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return GraphProcess(self.path, self._readers, self._transaction_timeout_s)
        except OSError as error:
            raise NotStarted(f"its process cannot be started: {error}") from error

    def _require_room(self) -> None:
        lacking = -_room(self.path)
        if lacking > 0:
            if files_of(self.path):
                return  # It may be read, and says itself when it cannot be written.
            raise GraphUnavailable(f"it waits for room on its disk: {lacking >> 20} MiB are lacking")

    def _stood_long(self) -> bool:
        return asyncio.get_running_loop().time() - self._put_aside_at > QUIET_S

    def _count_crash(self, how: str) -> None:
        now = asyncio.get_running_loop().time()
        self._ends = self._ends + 1 if now - self._opened_at < QUIET_S else 1
        if self._ends >= ENDS_MAX:
            self._damage = f"it crashed its process {self._ends} times ({how})"

    async def _put_aside(self, reason: str) -> None:
        try:
            kept = await asyncio.to_thread(put_aside, self.path, may_delete=self._may_delete)
        except OSError as error:
            raise GraphUnavailable(f"it is damaged ({reason}), and cannot be put aside: {error}") from error
        self._damage, self._failures, self._kills, self._ends = "", 0, 0, 0
        self._put_aside_at = asyncio.get_running_loop().time()
        where = f"kept in {kept}" if kept else "deleted, since the disk lacks the room for a copy"
        log.warning(
            "the embedded graph is damaged: it is put aside, and filled anew from the log",
            graph=self.name,
            put_aside=where,
            reason=reason,
        )


async def open_apart(
    path: Path, *, readers: int, connect_timeout_s: float, transaction_timeout_s: float
) -> EmbeddedGraph:
    """Open a graph in a process of its own, as it stands: nothing is put aside.

    Raises GraphInUse, GraphUnavailable, and GraphRefused for files that cannot be opened.
    """
    process = GraphProcess(path, readers, transaction_timeout_s)
    try:
        await asyncio.to_thread(process.await_opening, OPEN_S_MAX)
    except OpeningFailed as error:
        raise GraphRefused(f"{path}: {error}") from error
    except GraphUnavailable as error:
        raise GraphUnavailable(f"{path}: {error}") from error
    return EmbeddedGraph(
        path,
        process.sessions,
        process.close,
        connect_timeout_s=connect_timeout_s,
        transaction_timeout_s=transaction_timeout_s,
    )


def _room(path: Path) -> int:
    """Return the bytes that are free beyond what must stay so; negative when they are lacking."""
    there = path.parent
    while not there.exists():
        there = there.parent
    usage = shutil.disk_usage(there)
    return usage.free - min(ROOM_BYTES_MIN, usage.total // 20)
