"""Abandons a session that nobody has played for so long; its player sees that, and may begin another.

One timer per session, moved only when it falls due: so a session costs an event per idle time, not per turn.
None is abandoned while its player is held, nor before the last words are answered.
"""

from datetime import timedelta
from uuid import UUID

from tta.clock import now
from tta.commands.folding import AnyTarget, States
from tta.commands.handle import CommandContext, Commands, Decided, Decision, handle_over, key_of
from tta.commands.targets import (
    SafetyRecordTarget,
    TimerTarget,
    record_target,
    roster_target,
    session_target,
    timer_target,
)
from tta.domain.base import Event
from tta.domain.joint.idling import NotIdle, abandon, call_off, watch
from tta.domain.session import (
    SessionAbandoned,
    SessionCompleted,
    SessionStarted,
)
from tta.domain.timer import TimerDue
from tta.domain.timer import id_of as timer_id
from tta.domain.vocabulary import TimerPurpose
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import RecordedEvent
from tta.reactors.reactor import NothingWaits


class IdleSessions:
    """The idle reactor."""

    NAME = "idle"
    ASKS: tuple[type[Event], ...] = (SessionStarted, SessionCompleted, SessionAbandoned, TimerDue)

    def __init__(self, commands: Commands, idle: timedelta | None) -> None:
        """Abandon a session after this long without a turn; None disables it."""
        self._commands = commands
        self._idle = idle

    def wants(self, event: Event) -> bool:
        if isinstance(event, TimerDue):
            return self._idle is not None and event.purpose is TimerPurpose.SESSION_IDLE
        return self._idle is not None or not isinstance(event, SessionStarted)

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Watch a session that began; abandon one that was idle, or go on watching it."""
        player_id = recorded.subject_id
        assert player_id is not None, "a session is a player's, and so is its timer"
        about = _Reaction(self._commands, player_id, recorded, acknowledgement)
        # Nothing here is sealed, so only this tells that the player was erased.
        await key_of(self._commands, player_id)
        match event:
            case SessionStarted() if self._idle is not None:
                await about.must_wait(
                    timer_id(player_id, TimerPurpose.SESSION_IDLE, recorded.aggregate_id), 0
                )
                await about.watch(recorded.aggregate_id, self._idle, None)
            case TimerDue() if self._idle is not None:
                await about.must_wait(recorded.aggregate_id, recorded.version)
                try:
                    await about.abandon(event.about, self._idle, event)
                except NotIdle:
                    await about.watch(event.about, self._idle, event)
            case _:
                await about.call_off(recorded.aggregate_id)


class _Reaction:
    """What one event of one player asks for: one append, which deals with it."""

    def __init__(
        self, commands: Commands, player_id: UUID, recorded: RecordedEvent, acknowledgement: Acknowledgement
    ) -> None:
        self._commands = commands
        self._player_id = player_id
        self._recorded = recorded
        self._acknowledgement = acknowledgement

    async def must_wait(self, timer_id: UUID, version: int) -> None:
        """Check that the timer stands where the event left it. Raises NothingWaits if it was moved since."""
        folded = await self._commands.aggregates.one(timer_target(timer_id))
        if folded.head.version != version:
            raise NothingWaits(f"timer {timer_id}: expected version {version}, got {folded.head.version}")

    async def watch(self, session_id: UUID, idle: timedelta, due: TimerDue | None) -> None:
        """Let the timer fall due when the session will have been idle, if it still goes on."""
        watching, played = self._timer(session_id), session_target(session_id)

        def decide(states: States) -> Decided:
            schedules = watch(
                states.of(watching),
                states.of(played),
                states.of(self._record),
                session_id=session_id,
                idle=idle,
                due=due,
                at=now(),
            )
            return {watching: schedules}

        await self._append([watching, played, self._record], decide)

    async def abandon(self, session_id: UUID, idle: timedelta, due: TimerDue) -> None:
        """Abandon the session, if it was idle when the timer fell due. Raises NotIdle."""
        played, listed = session_target(session_id), roster_target(self._player_id)

        def decide(states: States) -> Decided:
            happens = abandon(
                states.of(played),
                states.of(self._record),
                states.of(listed),
                session_id=session_id,
                idle=idle,
                due=due,
                at=now(),
            )
            return {played: happens.session, listed: happens.roster}

        await self._append([played, self._record, listed], decide)

    async def call_off(self, session_id: UUID) -> None:
        """The session is over: nothing is to fall due any more."""
        watching = self._timer(session_id)

        def decide(states: States) -> Decided:
            return {watching: call_off(states.of(watching), at=now())}

        await self._append([watching], decide)

    @property
    def _record(self) -> SafetyRecordTarget:
        return record_target(self._player_id)

    def _timer(self, session_id: UUID) -> TimerTarget:
        return timer_target(timer_id(self._player_id, TimerPurpose.SESSION_IDLE, session_id))

    async def _append(self, targets: list[AnyTarget], decide: Decision) -> None:
        context = CommandContext(self._recorded.answered_by(IdleSessions.NAME))
        await handle_over(
            self._commands,
            targets,
            decide,
            context,
            player_id=self._player_id,
            acknowledgement=self._acknowledgement,
        )
