"""Abandons a session that nobody has played for so long; its player sees that, and may begin another.

One timer per session, moved only when it falls due: so a session costs an event per idle time, not per turn.
None is abandoned while its player is held, nor before the last words are answered.
"""

from datetime import timedelta
from uuid import UUID

from tta.clock import now
from tta.commands.handle import CommandContext, Commands
from tta.commands.joint import handle_joint
from tta.domain.base import Event
from tta.domain.joint.deciding import JointDecision
from tta.domain.joint.idling import AbandonDecision, CallOffDecision, NotIdle, WatchDecision, idle_timer
from tta.domain.session import SessionAbandoned, SessionCompleted, SessionStarted
from tta.domain.targets import TimerTarget, timer_target
from tta.domain.timer import TimerDue
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
        match event:
            case SessionStarted() if self._idle is not None:
                await about.must_wait(idle_timer(player_id, recorded.aggregate_id), 0)
                await about.watch(recorded.aggregate_id, self._idle, None)
            case TimerDue() if self._idle is not None:
                await about.must_wait(timer_target(recorded.aggregate_id), recorded.version)
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

    async def must_wait(self, watching: TimerTarget, version: int) -> None:
        """Check that the timer stands where the event left it. Raises NothingWaits if it was moved since."""
        folded = await self._commands.aggregates.one(watching)
        if folded.head.version != version:
            raise NothingWaits(f"timer {watching.id}: expected version {version}, got {folded.head.version}")

    async def watch(self, session_id: UUID, idle: timedelta, due: TimerDue | None) -> None:
        """Let the timer fall due when the session will have been idle, if it still goes on."""
        await self._append(WatchDecision(session_id, self._player_id, idle, due, now()))

    async def abandon(self, session_id: UUID, idle: timedelta, due: TimerDue) -> None:
        """Abandon the session, if it was idle when the timer fell due. Raises NotIdle."""
        await self._append(AbandonDecision(session_id, self._player_id, idle, due, now()))

    async def call_off(self, session_id: UUID) -> None:
        """The session is over: nothing is to fall due any more."""
        await self._append(CallOffDecision(session_id, self._player_id, now()))

    async def _append(self, decision: JointDecision[None]) -> None:
        context = CommandContext(self._recorded.answered_by(IdleSessions.NAME))
        await handle_joint(self._commands, decision, context, acknowledgement=self._acknowledgement)
