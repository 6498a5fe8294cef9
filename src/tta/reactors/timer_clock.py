"""Lets timers fall due: looks every second what is due, and says so in the log, once.

Due is what both the store's clock and this process's have reached: what follows cannot be taken back,
whatever a timer is for today, so in doubt it is late (`LATE_IN_DOUBT`).

Any number of processes look at all slots; the second one changes nothing. A timer that cannot fall due now is
tried again at the next look, and delays no other timer.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from tta.clock import now
from tta.commands.handle import CommandContext, Commands, VersionMismatch, handle
from tta.domain.identity import derived_id
from tta.domain.targets import timer_target
from tta.domain.timer import FallDue, NotScheduled, TimerDue
from tta.domain.vocabulary import TimerPurpose
from tta.eventstore.backoff import Backoff
from tta.eventstore.envelope import Causation
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.timers import DueTimers, Entry, TimerIndex
from tta.reactors.timer_index import restore_index
from tta.security.keyring import KeyringIncomplete
from tta.telemetry.errors import said, traced
from tta.telemetry.metrics import TIMER_LATENESS, TIMERS_DUE
from tta.telemetry.outages import Outage

ACTOR = "reactor:timers"
LOOK_EVERY_S = 1.0  # A safety deadline is late by no more than this and one append.
DUE_MAX = 32  # Of one slot at one look, side by side: with all slots still less than the store lets wait.
FAILED_AGAIN = timedelta(seconds=10)
BACKOFF_S_MAX = 5.0
LATE_IN_DOUBT = frozenset({TimerPurpose.SESSION_IDLE})
"""What may not come early. A purpose that protects somebody needs the other side: what either has reached."""
AWAY = (StoreUnavailable, OutcomeUnknown)

log = structlog.get_logger(__name__)


class NotYetDue(Exception):
    """The index says that a timer is due, and the log that it is not."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(due_at.isoformat())
        self.due_at = due_at


class TimerClock:
    """Looks at the timers of every slot. `run` it beside the reactors, and cancel it to end."""

    def __init__(self, commands: Commands, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._commands = commands
        self._store = commands.aggregates.store
        self._index = TimerIndex(self._store)
        self._look_every_s = look_every_s
        self._scheduled: dict[int, int] = {}
        self._outage = Outage("what timers fall due by")
        self._lost: set[int] = set()

    @property
    def scheduled(self) -> float:
        """How many timers were scheduled when it last looked; NaN while that is not known of every slot."""
        known = self._scheduled
        return sum(known.values()) if len(known) == self._store.layout.slots else float("nan")

    async def run(self) -> None:
        """Look for ever. Cancel it to stop: the next process that looks says what was not said."""
        async with asyncio.TaskGroup() as tasks:
            for slot in range(self._store.layout.slots):
                tasks.create_task(self._keep_slot(slot), name="timers of a slot")
            tasks.create_task(self._restore_lost(), name="timers lost")

    async def _keep_slot(self, slot: int) -> None:
        backoff = Backoff(self._look_every_s, BACKOFF_S_MAX)
        while True:
            try:
                is_done = await self._look(slot)
            except Exception as error:  # noqa: BLE001 - Whatever is wrong, deadlines are looked at again.
                self._scheduled.pop(slot, None)
                self._outage.failed(slot, f"slot {slot}: {said(error)}")
                pause_s = backoff.next_s()
            else:
                self._outage.worked(slot)
                pause_s = self._look_every_s if is_done else 0.0
                backoff.reset()
            await asyncio.sleep(pause_s)

    async def _look(self, slot: int) -> bool:
        """Let what is due now fall due; False where more is waiting than was taken."""
        looked_s = asyncio.get_running_loop().time()
        looked = await self._index.look(slot, DUE_MAX, now=now())
        self._scheduled[slot] = looked.scheduled
        if not looked.is_whole:
            self._lost.add(slot)
        dealt = await asyncio.gather(*(self._ring(slot, each, looked, looked_s) for each in looked.due))
        return len(dealt) < DUE_MAX or not any(dealt)

    async def _ring(self, slot: int, entry: Entry, looked: DueTimers, looked_s: float) -> bool:
        """Let one fall due, and take it from the index; False where it has to be tried again."""
        bound = log.bind(timer=str(entry.timer), version=entry.version)
        try:
            due = await self._fall_due(entry, looked.now)
            await self._index.remove(slot, entry)
        except NotYetDue as early:
            # It was entered from a history that is gone, in which the same version had an earlier moment.
            bound.warning("a timer is put right, it is not due yet", due_at=early.due_at.isoformat())
            await self._put_off(slot, entry, early.due_at)
            return True
        except AWAY as error:
            bound.warning("a timer cannot fall due now, trying again", error=said(error))
            return False
        except KeyringIncomplete:
            # Nothing is recorded of a player without a key, whose outage the keyring tells of, once.
            await self._put_off(slot, entry, looked.now)
            return False
        except Exception as error:  # noqa: BLE001 - It is tried again, and others are not held up by it.
            bound.error("a timer fails to fall due", error=traced(error))
            await self._put_off(slot, entry, looked.now + FAILED_AGAIN)
            return False
        if due is not None:
            late_s = (looked.now - due.due_at).total_seconds()
            late_s += asyncio.get_running_loop().time() - looked_s
            TIMERS_DUE.labels(due.purpose.value).inc()
            TIMER_LATENESS.labels(due.purpose.value).observe(late_s)
            bound.info("a timer fell due", purpose=due.purpose.value, late_s=round(late_s, 3))
        return True

    async def _fall_due(self, entry: Entry, at: datetime) -> TimerDue | None:
        """Say in the log that a schedule has come; returns None if it is over, or was said before.

        Raises NotYetDue.
        """
        # Read anew: what is remembered may not know yet whom the timer concerns.
        target = timer_target(entry.timer)
        folded = await self._commands.aggregates.one(target)
        schedule = folded.state
        if folded.head.version != entry.version or isinstance(schedule, NotScheduled):
            return None
        if schedule.due_at > at:
            raise NotYetDue(schedule.due_at)
        command_id = derived_id(ACTOR, entry.timer, str(entry.version))
        context = CommandContext(
            Causation(actor=ACTOR, command_id=command_id, correlation_id=command_id, causation_id=command_id),
            expected_versions=frozenset({entry.version}),
        )
        assert schedule.purpose in LATE_IN_DOUBT, "both clocks were asked"
        try:
            result = await handle(
                self._commands,
                target,
                FallDue(at=at),
                context,
                player_id=schedule.player_id,
                attempts_max=None,
            )
        except VersionMismatch:
            return None
        (due,) = result.events
        assert isinstance(due, TimerDue), "falling due is all that was asked"
        return None if result.again else due

    async def _put_off(self, slot: int, entry: Entry, until: datetime) -> None:
        """Let others of the slot have their look: only so many are taken at once, the earliest first."""
        try:
            await self._index.put_off(slot, entry, until)
        except AWAY as error:
            log.warning("a timer cannot be put off", timer=str(entry.timer), error=said(error))

    async def _restore_lost(self) -> None:
        """Build the index of slots that have none, one after the other, while what is known falls due."""
        while True:
            for slot in sorted(self._lost):
                try:
                    await restore_index(self._store, self._commands.aggregates.types, slot)
                except Exception as error:  # noqa: BLE001 - It is noticed again at the next look.
                    log.error("an index of timers is not restored", slot=slot, error=traced(error))  # noqa: TRY400
                self._lost.discard(slot)
            await asyncio.sleep(self._look_every_s)
