"""Checkpoints in the graph: how far each slot of a read model is, and whose turn it is to move it on.

A save locks its checkpoints first (a write, in slot order) and only then reads epoch and position
to compare: Neo4j reads committed data, so reading first would let two pass. Epochs are handed out
by the graph itself, so a worker that was paused past its lease finds its epoch stale and writes
nothing.

What is known of a lane stands beside its position: up to where it is being filled, and whether it stopped. An
operator has a lane's rows forgotten by replacing its checkpoint's hash: no worker of any release goes on from
there, and the worker that claims the lane removes the rows (projector.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tta.clock import now_ms
from tta.eventstore.subscription import START, Mark
from tta.graph.engine import Graph, Transaction

FORGOTTEN = b"forgotten"
"""Stands for the hash of a checkpoint whose rows are to be removed."""
NOWHERE = -1

MAKE = """
UNWIND $rows AS row
MERGE (c:Checkpoint {id: row.id})
ON CREATE SET c.model = row.model, c.slot = row.slot, c.position = 0, c.hash = row.hash, c.epoch = 0,
  c.fills_to = row.fills_to
"""
# The release before says nothing of what it fills.
ADOPT = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
WHERE c.fills_to IS NULL
SET c.fills_to = row.fills_to
"""
LOCK = """
UNWIND $ids AS id
MATCH (c:Checkpoint {id: id})
SET c.locked_by = $worker
WITH c
RETURN c.id AS id, c.slot AS slot, c.position AS position, c.hash AS hash, c.epoch AS epoch, c.owner AS owner,
  c.fills_to AS fills_to, c.stopped AS stopped, c.stopped_at AS stopped_at, c.updated_ms AS updated_ms,
  c.recorded_ms AS recorded_ms, c.recorded_of AS recorded_of
"""
READ = """
UNWIND $ids AS id
MATCH (c:Checkpoint {id: id})
RETURN c.id AS id, c.slot AS slot, c.position AS position, c.hash AS hash, c.epoch AS epoch, c.owner AS owner,
  c.fills_to AS fills_to, c.stopped AS stopped, c.stopped_at AS stopped_at, c.updated_ms AS updated_ms,
  c.recorded_ms AS recorded_ms, c.recorded_of AS recorded_of
"""
CLAIM = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
SET c.owner = row.worker, c.epoch = c.epoch + 1
"""
RELEASE = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
WHERE c.owner = row.worker
SET c.owner = ''
"""
MOVE = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
SET c.updated_ms = $now_ms
WITH c, row
WHERE c.epoch = row.epoch AND c.position = row.stood_at AND c.hash = row.stood_hash
SET c.position = row.position, c.hash = row.hash,
  c.recorded_ms = row.recorded_ms, c.recorded_of = row.position
RETURN c.id AS id
"""
STOP = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
SET c.stopped = row.reason, c.stopped_at = row.position
"""
RESET = """
UNWIND $rows AS row
MATCH (c:Checkpoint {id: row.id})
WHERE c.forgotten_by IS NULL OR c.forgotten_by <> $by
SET c.hash = $hash, c.epoch = c.epoch + 1, c.owner = '', c.fills_to = row.fills_to, c.stopped = '',
  c.forgotten_by = $by
RETURN c.slot AS slot
"""
FORGOTTEN_BY = """
MATCH (c:Checkpoint)
WHERE c.model = $model AND c.forgotten_by STARTS WITH $by
RETURN DISTINCT c.forgotten_by AS named
"""
LAST_SAVE = """
MATCH (c:Checkpoint)
WHERE c.model = $model
RETURN max(c.updated_ms) AS saved_ms
"""
# A beat is its worker's clock in milliseconds; only a change of it counts for a lease.
BEATS = """
MATCH (w:Worker)
WHERE w.model IN $models
RETURN w.id AS id, w.beat AS beat, w.stopped AS stopped
"""
BEAT = """
UNWIND $rows AS row
MERGE (w:Worker {id: row.id})
SET w.beat = row.beat, w.model = row.model, w.stopped = row.stopped
"""
FORGET = """
UNWIND $workers AS worker
MATCH (w:Worker {id: worker})
DELETE w
"""


class LeaseLost(Exception):
    """Another worker holds a slot now, or moved it on; nothing was written."""


class Worker(NamedTuple):
    """A worker's last sign of life, and what it says has stopped."""

    beat: int
    stopped: tuple[str, ...]


class LaneState(NamedTuple):
    """How one slot of a read model stands, for whoever judges its rows."""

    mark: Mark
    fills_to: int
    """The log's end when the rows were made or forgotten: below it they are being filled."""
    stopped_at: int = NOWHERE
    """The position behind which it could not go on."""

    @property
    def is_stopped(self) -> bool:
        return self.mark.position == self.stopped_at

    @property
    def is_filling(self) -> bool:
        return self.mark.position < self.fills_to

    @property
    def is_forgotten(self) -> bool:
        """Whether the rows are being removed."""
        return self.mark.hash == FORGOTTEN


ABSENT_LANE = LaneState(START, 2**62)
"""A lane without a checkpoint: whatever the log holds is still to be filled in."""


class Checkpoint(NamedTuple):
    slot: int
    mark: Mark
    epoch: int
    owner: str
    fills_to: int = 0
    stopped_at: int = NOWHERE
    saved_ms: int | None = None
    """When it was moved last, by the clock of the worker that did; None if it never was."""

    @property
    def lane(self) -> LaneState:
        return LaneState(self.mark, self.fills_to, self.stopped_at)


class Checkpoints:
    """The checkpoints of one version of a read model."""

    def __init__(self, graph: Graph, model: str, version: int, slots: int) -> None:
        self.graph = graph
        self.model = model
        self.versioned = f"{model}@{version}"
        """The read model and its version, as the graph knows them."""
        self._slots = slots

    def id(self, slot: int) -> str:
        return f"{self.versioned}/{slot:02x}"

    @property
    def slots(self) -> range:
        return range(self._slots)

    def ids(self, slots: Iterable[int]) -> list[str]:
        return [self.id(slot) for slot in sorted(slots)]

    async def make(self, ends: Mapping[int, int]) -> None:
        """Write those that are missing, at position 0. `ends` says where each slot's log ends now: a lane
        that is made is being filled until it has come as far.
        """
        rows = [
            {
                "id": self.id(slot),
                "model": self.versioned,
                "slot": slot,
                "hash": START.hash,
                "fills_to": ends.get(slot, 0),
            }
            for slot in self.slots
        ]
        async with self.graph.transaction() as tx:
            await tx.run(MAKE, rows=rows)
            await tx.run(ADOPT, rows=rows)

    async def read(self, slots: Iterable[int]) -> dict[int, Checkpoint]:
        """Read them as they are committed."""
        return _checkpoints(await self.graph.read(READ, ids=self.ids(slots)))

    async def claim(
        self, slots: Iterable[int], worker: str, *, free_of: Iterable[str]
    ) -> dict[int, Checkpoint]:
        """Claim for this read model alone; see claim_together."""
        request = ClaimRequest(self, frozenset(slots), worker, frozenset(free_of))
        (taken,) = await claim_together(self.graph, [request])
        return taken

    async def release(self, slots: Iterable[int], worker: str) -> None:
        """Give slots back at once, so that nobody has to wait for the lease to run out."""
        await release_together(self.graph, {(self, worker): slots})

    async def stop(self, lanes: Mapping[int, tuple[int, str]]) -> None:
        """Write down which lanes stopped (slot → position and reason); an empty reason says that one goes on.

        It holds for as long as the checkpoint stands at that position.
        """
        rows = [
            {"id": self.id(slot), "position": position, "reason": reason}
            for slot, (position, reason) in sorted(lanes.items())
        ]
        async with self.graph.transaction() as tx:
            await tx.run(STOP, rows=rows)

    async def forget_rows(self, ends: Mapping[int, int], by: str) -> list[int]:
        """Have the rows of slots removed and filled anew from the log's beginning; `ends` says where each
        slot's log ends now. Returns the slots concerned; none where the same call, named `by`, came before.

        The worker that claims a slot next removes the rows; whoever holds it now loses it.
        """
        rows = [{"id": self.id(slot), "fills_to": end} for slot, end in sorted(ends.items())]
        async with self.graph.transaction() as tx:
            reset = await tx.run(RESET, rows=rows, hash=FORGOTTEN, by=by)
        return sorted(row["slot"] for row in reset)

    async def forgotten_by(self, by: str) -> list[str]:
        """Give the names under which rows of this read model were forgotten last, of those that begin so."""
        rows = await self.graph.read(FORGOTTEN_BY, model=self.versioned, by=by)
        return [row["named"] for row in rows]

    async def locked(self, tx: Transaction, held: Checkpoint, worker: str) -> None:
        """Lock a checkpoint for a transaction. Raises LeaseLost where another worker has claimed it."""
        there = _checkpoints(await tx.run(LOCK, ids=[self.id(held.slot)], worker=worker))
        stands = there.get(held.slot)
        if stands is None or stands.epoch != held.epoch:
            owner = "deleted" if stands is None else f"held by {stands.owner or 'nobody'}"
            raise LeaseLost(f"{self.model}: the checkpoint of slot {held.slot} is {owner}")

    async def workers(self) -> dict[str, Worker]:
        """Return the last heartbeat of every worker of this version of the read model."""
        found = await workers_together(self.graph, [self])
        return {named.removeprefix(self.worker_id("")): worker for named, worker in found.items()}

    def worker_id(self, worker: str) -> str:
        """Return the id by which the graph knows a worker of this version of the read model."""
        return f"{self.versioned}/{worker}"

    async def last_save_ms(self) -> int | None:
        """Say when anything was saved last, by the clock of the worker that did; None when nothing was."""
        (row,) = await self.graph.read(LAST_SAVE, model=self.versioned)
        saved_ms: int | None = row["saved_ms"]
        return saved_ms

    async def move(
        self, tx: Transaction, held: Mapping[int, Checkpoint], marks: Mapping[int, Mark], worker: str
    ) -> bool:
        """Lock the slots that `marks` name and move them on from where `held` says. False: this very save
        was committed before.

        Raises LeaseLost, so that the transaction moves nothing, when another holds one of them, or when one
        stands where neither this save nor the last left it.
        """
        (moved,) = await move_together(tx, [CheckpointMove(self, held, marks, worker)])
        return moved


class ClaimRequest(NamedTuple):
    """Slots of one read model that a worker claims if their owners are gone."""

    checkpoints: Checkpoints
    slots: frozenset[int]
    worker: str
    free_of: frozenset[str]
    """Workers whose slots may be taken."""

    def grant(self, found: Mapping[str, Checkpoint]) -> dict[int, Checkpoint]:
        """Return the slots that are free, as they are once this worker has claimed them."""
        free = {"", self.worker, *self.free_of}
        there = (found.get(self.checkpoints.id(slot)) for slot in sorted(self.slots))
        return {
            each.slot: each._replace(epoch=each.epoch + 1, owner=self.worker)
            for each in there
            if each is not None and each.owner in free
        }


async def claim_together(graph: Graph, requests: Sequence[ClaimRequest]) -> list[dict[int, Checkpoint]]:
    """Claim slots of several read models in one transaction; return what each request was granted.

    A slot is granted if it is free, already the worker's, or owned by a worker of `free_of`. It gets a new
    epoch.
    """
    ids = sorted(each.checkpoints.id(slot) for each in requests for slot in each.slots)
    async with graph.transaction() as tx:
        locked = await tx.run(LOCK, ids=ids, worker=requests[0].worker)
        found = {row["id"]: _checkpoint(row) for row in locked}
        granted = [each.grant(found) for each in requests]
        rows = [
            {"id": request.checkpoints.id(slot), "worker": request.worker}
            for request, slots in zip(requests, granted, strict=True)
            for slot in slots
        ]
        await tx.run(CLAIM, rows=rows)
    return granted


async def release_together(graph: Graph, held: Mapping[tuple[Checkpoints, str], Iterable[int]]) -> None:
    """Release slots of several read models, each of one worker, in one transaction."""
    rows = [
        {"id": checkpoints.id(slot), "worker": worker}
        for (checkpoints, worker), slots in held.items()
        for slot in slots
    ]
    async with graph.transaction() as tx:
        await tx.run(RELEASE, rows=sorted(rows, key=lambda row: row["id"]))


async def read_together(graph: Graph, several: Iterable[Checkpoints]) -> dict[str, Checkpoint]:
    """Read all checkpoints of several read models, by their ids."""
    ids = [name for each in several for name in each.ids(each.slots)]
    return {row["id"]: _checkpoint(row) for row in await graph.read(READ, ids=ids)}


async def workers_together(graph: Graph, several: Iterable[Checkpoints]) -> dict[str, Worker]:
    """Return the last heartbeat of every worker of several read models, by the ids of the workers."""
    rows = await graph.read(BEATS, models=[each.versioned for each in several])
    return {row["id"]: Worker(row["beat"], tuple(row["stopped"] or ())) for row in rows}


async def beat_together(
    graph: Graph, beat: int, workers: Mapping[tuple[Checkpoints, str], Sequence[str]]
) -> None:
    """Write a heartbeat for workers of several read models, and what each of them says has stopped."""
    rows = [
        {
            "id": checkpoints.worker_id(worker),
            "model": checkpoints.versioned,
            "beat": beat,
            "stopped": list(stopped),
        }
        for (checkpoints, worker), stopped in workers.items()
    ]
    async with graph.transaction() as tx:
        await tx.run(BEAT, rows=sorted(rows, key=lambda row: str(row["id"])))


async def forget_workers(graph: Graph, ids: Iterable[str]) -> None:
    """Remove workers from the list. A worker that is alive after all adds itself with its next heartbeat."""
    async with graph.transaction() as tx:
        await tx.run(FORGET, workers=sorted(ids))


class CheckpointMove(NamedTuple):
    """Moves checkpoints of one read model on from where `held` says, to `marks`."""

    checkpoints: Checkpoints
    held: Mapping[int, Checkpoint]
    marks: Mapping[int, Mark]
    worker: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "id": self.checkpoints.id(slot),
                "epoch": self.held[slot].epoch,
                "stood_at": self.held[slot].mark.position,
                "stood_hash": self.held[slot].mark.hash,
                "position": mark.position,
                "hash": mark.hash,
                "recorded_ms": mark.recorded_ms,
            }
            for slot, mark in self.marks.items()
        ]

    async def judge(self, tx: Transaction, moved: set[str]) -> bool:
        """Say whether all were moved by this transaction; False: by this very save, committed before. Raises
        LeaseLost.
        """
        model = self.checkpoints.model
        missing = {slot for slot in self.marks if self.checkpoints.id(slot) not in moved}
        if not missing:
            return True
        stand = _checkpoints(await tx.run(READ, ids=self.checkpoints.ids(missing)))
        if len(stand) < len(missing):
            raise LeaseLost(f"{model}: checkpoints were deleted")
        for slot, there in stand.items():
            if there.epoch != self.held[slot].epoch:
                raise LeaseLost(f"{model}: slots of {self.worker} are held by {there.owner or 'nobody'}")
            if len(missing) < len(self.marks) or there.mark != self.marks[slot]:
                raise LeaseLost(
                    f"{model}, slot {slot}: expected position {self.held[slot].mark.position}, "
                    f"got {there.mark.position}"
                )
        return False


async def move_together(tx: Transaction, moves: Sequence[CheckpointMove]) -> list[bool]:
    """Lock and move checkpoints of several read models, in the order of their ids, so that two workers cannot
    block each other. Returns and raises what `Checkpoints.move` does, for each.
    """
    rows = sorted((row for move in moves for row in move.rows), key=lambda row: str(row["id"]))
    moved = {row["id"] for row in await tx.run(MOVE, rows=rows, now_ms=now_ms())}
    return [await move.judge(tx, moved) for move in moves]


async def lane_states(graph: Graph, ids: Sequence[str]) -> dict[str, LaneState]:
    """Read how lanes stand, by the ids of their checkpoints; those without one are left out."""
    return {row["id"]: _checkpoint(row).lane for row in await graph.read(READ, ids=list(ids))}


def _checkpoints(rows: list[dict[str, Any]]) -> dict[int, Checkpoint]:
    return {row["slot"]: _checkpoint(row) for row in rows}


def _checkpoint(row: dict[str, Any]) -> Checkpoint:
    # The release before moves position and hash alone.
    recorded_ms = row["recorded_ms"] if row["recorded_of"] == row["position"] else 0
    return Checkpoint(
        row["slot"],
        Mark(row["position"], bytes(row["hash"]), recorded_ms),
        row["epoch"],
        row["owner"] or "",
        row["fills_to"] or 0,
        row["stopped_at"] if row["stopped"] else NOWHERE,
        row["updated_ms"],
    )
