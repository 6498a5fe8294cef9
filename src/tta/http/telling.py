"""What an event of the log is on a session's stream: opened at this edge, for the one who reads it."""

from typing import Any
from uuid import UUID

from tta.domain import safety_record, session
from tta.domain.base import Sealed
from tta.domain.turns import InteractionAnswered, InteractionSubmitted
from tta.eventstore.envelope import Recorded
from tta.http.calls import Call
from tta.http.event_stream import sse
from tta.http.session_bodies import MACHINE_NOTICE, ChoiceShown, ReplyShown
from tta.http.stream_bodies import HoldChanged, InteractionSeen, ProgressMade, StatusChanged
from tta.live.progress import ProgressTold
from tta.live.seen import Seen


class Telling:
    """Writes the events of one stream. What the stream does not tell is nothing: b""."""

    def __init__(self, call: Call, player_id: UUID) -> None:
        self._call = call
        self._types = call.services.commands.aggregates.types
        self._player_id = player_id
        self.answered = 0
        """The last turn that is known to be answered: its progress is of no interest any more."""

    async def event(self, recorded: Recorded, seen: Seen) -> bytes:
        if not self._types.knows(recorded.type):
            return b""  # Of a newer program, beside which this one still runs.
        event = self._types.event(recorded)
        if isinstance(event, InteractionSubmitted):
            text = await self.opened(event.words)
            return sse("interaction", InteractionSeen(event.turn, text, event.choice), seen)
        if isinstance(event, InteractionAnswered):
            self.answered = event.turn
            return sse("reply", await self.reply(event), seen)
        # The reason and the level of a hold are for those who care for the player.
        if isinstance(event, safety_record.SafetyHoldPlaced):
            return sse("hold", HoldChanged(held=True), seen)
        if isinstance(event, safety_record.SafetyHoldReleased):
            return sse("release", HoldChanged(held=False), seen)
        status = session.STATUS_AFTER.get(type(event))
        return b"" if status is None else sse("status", StatusChanged(status.value), seen)

    def progress(self, progress: ProgressTold) -> bytes:
        if progress.turn <= self.answered:
            return b""
        return sse("progress", ProgressMade(progress.turn, progress.step))

    async def reply(self, event: InteractionAnswered) -> ReplyShown:
        passage = event.passage
        texts = await self.opened(event.choice_texts, tuple[str, ...]) or ()
        return ReplyShown(
            event.turn,
            await self.opened(event.reply),
            event.author.value,
            event.scene,
            event.skill,
            tuple(ChoiceShown(*each) for each in zip(passage.choices, texts, strict=False)),
            passage.practised,
            passage.ending,
            MACHINE_NOTICE if event.disclosed else None,
        )

    async def opened(self, value: object, kind: Any = str) -> Any:
        assert value is None or isinstance(value, Sealed), "personal fields are stored sealed"
        return await self._call.opened(self._player_id, None if value is None else value.box, kind)
