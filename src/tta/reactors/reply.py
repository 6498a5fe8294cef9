"""Answers every interaction, exactly once: the story goes on, or the protocol answers while play is held."""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from tta.commands.folding import Target, decider
from tta.commands.handle import Asked, Commands, handle_over
from tta.commands.wishes import wishes_of
from tta.domain import player, safety_record, session
from tta.domain.base import Event, Refusal, Sealed
from tta.domain.identity import derived_id, safety_record_id
from tta.domain.passages import Passage, Play, Wishes
from tta.domain.turns import (
    AnswerInteraction,
    InteractionSubmitted,
)
from tta.domain.vocabulary import Author
from tta.eventstore.appends import Append, Dealt
from tta.eventstore.envelope import Context, Recorded
from tta.security.keyring import PlayerErased
from tta.security.sealing import open_event
from tta.stories.narrating import Told, next_passage
from tta.stories.story import catalogue

log = structlog.get_logger(__name__)

ACTOR = "reactor:reply"
SCENE, SKILL = "clearing", "grounding"

STORY_SENTENCE = (
    "The clearing is quiet. Take your time: name one thing that you can see, and one that you can hear. "
    "When you are ready, the path goes on."
)
HELD_SENTENCE = (
    "Thank you for telling me. The story rests for now; you do not have to do anything here. You are talking "
    "with a program, so please reach a person too: someone whom you trust, or a crisis line near you. If you "
    "are in danger right now, call your emergency number. I keep listening for as long as you want to write."
)
SCRIPTED = Told(STORY_SENTENCE, Passage(scene=SCENE, skill=SKILL), ())
HELD = Told(HELD_SENTENCE, Passage(), ())


class WishesChanged(Exception):
    """The player has set other preferences than those that were opened."""


class Reply:
    """The reply reactor."""

    NAME = "reply"
    ASKS: tuple[type[Event], ...] = (InteractionSubmitted,)

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def wants(self, event: Event) -> bool:  # noqa: ARG002 - Every interaction is answered.
        return True

    async def react(self, event: Event, recorded: Recorded, dealt: Dealt) -> None:
        """Append the answer; where there is nothing to answer any more, write down just that."""
        assert isinstance(event, InteractionSubmitted), f"{type(event).__name__} asks for no reply"
        player_id = recorded.subject_id
        assert player_id is not None, "an interaction is a player's"
        try:
            while not await self._answer(event, recorded, dealt, player_id):
                log.info("wishes changed meanwhile, answering anew", slot=recorded.slot)
        except (Refusal, PlayerErased):
            # Somebody else answered it, or nobody is there any more: dealt with, without effect.
            await self._commands.aggregates.store.append(Append(streams=(), slot=recorded.slot, dealt=dealt))

    async def _answer(
        self, event: InteractionSubmitted, recorded: Recorded, dealt: Dealt, player_id: UUID
    ) -> bool:
        """Answer; False where the player wishes otherwise by now."""
        key = await self._commands.keyring.open_for(player_id)
        wishes, wished_at = await wishes_of(self._commands, player_id)
        said = open_event(event, key)

        def decide(states: list[object]) -> list[list[session.SessionEvent]]:
            current, record, person = states
            assert isinstance(current, session.Session), "the session comes first"
            assert isinstance(record, safety_record.SafetyRecord), "its player's safety record comes second"
            assert isinstance(person, player.Player), "its player comes third"
            if person.preferences_at != wished_at:
                raise WishesChanged
            told = HELD if record.held else _told(current.play, recorded.aggregate_id, said, wishes)
            answer = AnswerInteraction(
                turn=said.turn,
                reply=told.text,
                author=Author.PROTOCOL if record.held else Author.STORY,
                held=record.held,
                passage=told.passage,
                choice_texts=told.choice_texts,
                at=datetime.now(UTC),
            )
            return [session.decide(current, answer), [], []]

        targets = [
            Target(decider(session), recorded.aggregate_id),
            Target(decider(safety_record), safety_record_id(player_id)),
            Target(decider(player), player_id),
        ]
        try:
            await handle_over(
                self._commands, targets, decide, _asked(recorded), player_id=player_id, dealt=dealt
            )
        except WishesChanged:
            return False
        return True


def _asked(recorded: Recorded) -> Asked:
    return Asked(
        Context(
            actor=ACTOR,
            command_id=derived_id(Reply.NAME, recorded.event_id),
            correlation_id=recorded.correlation_id,
            causation_id=recorded.event_id,
            traceparent=recorded.traceparent,
        )
    )


def _told(play: Play, session_id: UUID, said: InteractionSubmitted, wishes: Wishes) -> Told:
    """Go on with the story; a session of a story that is in no catalogue hears a sentence of ours."""
    story = catalogue().get(play.story, {}).get(play.version)
    if story is None:
        return SCRIPTED
    assert not isinstance(said.words, Sealed), "words are opened before they are understood"
    return next_passage(story, session_id, play.moves, wishes, choice=said.choice, words=said.words)
