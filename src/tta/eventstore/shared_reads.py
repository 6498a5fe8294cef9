"""Reading the log once for several followers of one process.

Followers at the same place wait for one read and get the same events; one that is a little behind gets them
from memory. The truth is still XRANGE from one's own mark: what is given from memory stood in the log when it
was read, begins with the very entry at the follower's mark, and is compared by the follower's next read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from tta.eventstore.layout import Layout
from tta.eventstore.nodes import Nodes
from tta.eventstore.subscription import Batch, Mark, read_slots
from tta.telemetry.outages import Outage

KEPT_MAX = 8_000  # Events, some 8 MB: four rounds of one follower.

Read = tuple[Batch, bool]


class SharedReads:
    """What followers of one process have read of late, and what is being read for them."""

    def __init__(self, nodes: Nodes, layout: Layout) -> None:
        self._nodes = nodes
        self._layout = layout
        self._kept: OrderedDict[int, list[tuple[Mark, Batch]]] = OrderedDict()
        """Of each slot, batches that follow each other, each with the mark that it follows. The slot that was
        read last comes last.
        """
        self._kept_events = 0
        self._reading: dict[tuple[int, Mark], asyncio.Future[Read | None]] = {}
        self.outage: Outage = nodes.outage
        self.events_read = 0
        """How many events came from the log."""

    async def read(self, after: Mapping[int, Mark], count: int, begun: AbstractSet[int]) -> list[Read]:
        """See LogReads.read."""
        found: dict[int, Read] = {}
        awaited: dict[int, asyncio.Future[Read | None]] = {}
        alone: dict[int, Mark] = {}
        for slot, mark in after.items():
            kept = self._from_memory(slot, mark, count) if slot in begun else None
            under_way = self._reading.get((slot, mark))
            if kept is not None:
                found[slot] = kept
            elif under_way is not None:
                awaited[slot] = under_way
            else:
                alone[slot] = mark
        if alone:
            found |= await self._read_log(alone, count)
        failed: dict[int, Mark] = {}
        for slot, reading in awaited.items():
            read = await asyncio.shield(reading)
            if read is None:
                failed[slot] = after[slot]
            else:
                found[slot] = read
        if failed:  # Another slot may have been the reason, or the reader was told to stop.
            found |= await self._read_log(failed, count)
        return [found[slot] for slot in after]

    async def _read_log(self, after: Mapping[int, Mark], count: int) -> dict[int, Read]:
        loop = asyncio.get_running_loop()
        reading: dict[tuple[int, Mark], asyncio.Future[Read | None]] = {
            place: loop.create_future() for place in after.items()
        }
        self._reading |= reading
        found: dict[int, Read] = {}
        try:
            batches = await read_slots(self._nodes, self._layout, after, count)
            for (slot, mark), read in zip(after.items(), batches, strict=True):
                found[slot] = read
                self._keep(mark, read[0])
        finally:
            for place, future in reading.items():
                future.set_result(found.get(place[0]))
                if self._reading.get(place) is future:
                    del self._reading[place]
                if not found:
                    self._drop(place[0])
        return found

    def _from_memory(self, slot: int, mark: Mark, count: int) -> Read | None:
        """Give what is known to follow an entry, if it is known to follow that very entry."""
        # Mostly a follower asks for what was read last.
        for start, batch in reversed(self._kept.get(slot, ())):
            index = mark.position - start.position
            if index >= len(batch.events):
                return None
            if index < 0:
                continue
            if mark != (Mark.of(batch.events[index - 1]) if index else start):
                return None
            events = batch.events[index : index + count]
            # There may be more, in memory or in the log: the follower must look once more.
            return Batch(slot, events, Mark.of(events[-1])), True
        return None

    def _keep(self, mark: Mark, batch: Batch) -> None:
        self.events_read += len(batch.events)
        if not batch.events:
            return
        if batch.slot in self._kept and self._kept[batch.slot][-1][1].mark != mark:
            self._drop(batch.slot)
        self._kept.setdefault(batch.slot, []).append((mark, batch))
        self._kept.move_to_end(batch.slot)
        self._kept_events += len(batch.events)
        while self._kept_events > KEPT_MAX:
            slot, batches = next(iter(self._kept.items()))
            if batches[0][1] is batch:
                break
            self._kept_events -= len(batches.pop(0)[1].events)
            if not batches:
                del self._kept[slot]

    def _drop(self, slot: int) -> None:
        for _, batch in self._kept.pop(slot, ()):
            self._kept_events -= len(batch.events)
