"""What an event of the log is on a session's stream: opened at this edge, for the one who reads it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import structs

from tta.domain import safety_record, session
from tta.domain.turns import InteractionAnswered, InteractionSubmitted
from tta.eventstore.envelope import RecordedEvent
from tta.http.edge.calls import Call
from tta.http.edge.opener import Opener
from tta.http.sessions.bodies import MACHINE_NOTICE, ChoiceShown, ReplyShown
from tta.http.sessions.event_stream import sse
from tta.http.sessions.stream_bodies import (
    HoldChanged,
    InteractionSeen,
    ReplySeen,
    StatusChanged,
    StepShown,
)
from tta.live.stream_positions import StreamPosition
from tta.live.turn_steps import StepNotice


class StreamEventWriter:
    """Writes the events of one stream. What the stream does not tell is nothing: b""."""

    def __init__(self, call: Call, player_id: UUID) -> None:
        self._call = call
        self._types = call.services.commands.aggregates.types
        self._player_id = player_id
        self.answered = 0
        """The last turn that is known to be answered: its progress is of no interest any more."""

    async def event(self, recorded: RecordedEvent, position: StreamPosition) -> bytes:
        if not self._types.knows(recorded.type):
            return b""  # Of a newer program, beside which this one still runs.
        event = self._types.event(recorded)
        if isinstance(event, InteractionSubmitted):
            opener = Opener(self._call.services.keyring, self._player_id)
            text = await opener.open("/text", event.words)
            return sse(
                "interaction", InteractionSeen(event.turn, text, event.choice, opener.unreadable), position
            )
        if isinstance(event, InteractionAnswered):
            self.answered = event.turn
            return sse("reply", await self._reply_seen(event), position)
        # The reason and the level of a hold are for those who care for the player.
        if isinstance(event, safety_record.SafetyHoldPlaced):
            return sse("hold", HoldChanged(held=True), position)
        if isinstance(event, safety_record.SafetyHoldReleased):
            return sse("release", HoldChanged(held=False), position)
        status = session.STATUS_AFTER.get(type(event))
        return b"" if status is None else sse("status", StatusChanged(status.value), position)

    def step(self, notice: StepNotice) -> bytes:
        if notice.turn <= self.answered:
            return b""
        return sse("progress", StepShown(notice.turn, notice.step))

    async def _reply_seen(self, event: InteractionAnswered) -> ReplySeen:
        opener = Opener(self._call.services.keyring, self._player_id)
        reply = await reply_shown(opener, "", event)
        return ReplySeen(**structs.asdict(reply), unreadable=opener.unreadable)


async def reply_shown(opener: Opener, pointer: str, event: InteractionAnswered) -> ReplyShown:
    """Show an answer, which stands at that JSON Pointer of what is answered."""
    passage = event.passage
    return ReplyShown(
        event.turn,
        await opener.open(f"{pointer}/text", event.reply),
        event.author.value,
        event.scene,
        event.skill,
        await choices_shown(opener, f"{pointer}/choices", passage.choices, event.choice_texts),
        passage.practised,
        passage.ending,
        MACHINE_NOTICE if event.disclosed else None,
    )


async def choices_shown(
    opener: Opener, pointer: str, ids: Sequence[str], texts: object
) -> tuple[ChoiceShown, ...]:
    """Show what is offered: none where their texts were erased, without a text where they do not open."""
    opened = await opener.texts([f"{pointer}/{at}/text" for at in range(len(ids))], texts)
    return tuple(ChoiceShown(*each) for each in zip(ids, opened, strict=False))
