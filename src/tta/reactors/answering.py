"""What answering an interaction needs to know, and the append that closes or defers it.

Shared by the reply (the story's answer, at once) and the narration (a model's, bracketed). Both decide
outside the append, and compare there what they decided by: where it has changed, they decide anew.
"""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple, cast
from uuid import UUID

import structlog

from tta.agents.messages import ModelConsent, PendingTurn, TurnAnswer
from tta.clock import now
from tta.commands.folding import states_of
from tta.commands.handle import CommandContext, Commands, key_of
from tta.commands.joint import handle_joint
from tta.commands.wishes import wishes_of
from tta.domain.joint.answering import AnswerBasis, AnswerDecision, agrees_to_models, basis_of
from tta.domain.passages import Passage, Play
from tta.domain.session import NoSession, require_started
from tta.domain.targets import (
    AnyTarget,
    SessionTarget,
    States,
    player_target,
    record_target,
    session_target,
)
from tta.domain.turns import AnswerInteraction, InteractionSubmitted, RequestNarration
from tta.domain.vocabulary import Author
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import StoreError
from tta.reactors.reactor import NotHere, NothingWaits
from tta.security.sealing import SealBroken
from tta.stories.playing.filtering import filter_of
from tta.stories.playing.narrating import ToldPassage
from tta.stories.story import Story
from tta.telemetry.errors import said as said_by

log = structlog.get_logger(__name__)

STORY_SENTENCE = (
    "This story cannot be told here at the moment; that is our fault and not yours. What you have played is "
    "kept. You can pause, or start another story."
)
"""For a session whose story, or the version of it, no process has."""
CONSENT_WITHIN_S = 0.5  # One round trip to the store; while it does not answer, nobody agreed.
UNREAD_SENTENCE = (
    "The story rests for now: something of what you told us cannot be read here at the moment, and without "
    "it you might be told what you do not want to meet. That is our fault and not yours. What you have "
    "played is kept. You can pause and come back later, or set your preferences anew. You are talking with "
    "a program; if you need somebody now, reach a person whom you trust, a crisis line near you, or your "
    "emergency number."
)
"""For a turn whose words, or whose player's wishes, do not open: nothing is told as if none had been said."""
HELD_SENTENCE = (
    "Thank you for telling me. The story rests for now; you do not have to do anything here. You are talking "
    "with a program, so please reach a person too: someone whom you trust, or a crisis line near you. If you "
    "are in danger right now, call your emergency number. I keep listening for as long as you want to write."
)
MISSING_S_MAX = 60.0
"""How long a turn waits for a process that has its story's version; its slot's mark waits with it."""
UNTOLD = TurnAnswer(ToldPassage(STORY_SENTENCE, Passage(), ()), Author.STORY)
UNREAD = TurnAnswer(ToldPassage(UNREAD_SENTENCE, Passage(), ()), Author.STORY)
HELD = TurnAnswer(ToldPassage(HELD_SENTENCE, Passage(), ()), Author.PROTOCOL)


class Repertoire(NamedTuple):
    """The stories that this process can tell."""

    stories: Mapping[str, Mapping[int, Story]]
    missing_s_max: float = MISSING_S_MAX


class Matter(NamedTuple):
    """An interaction that waits for its answer."""

    session_id: UUID
    player_id: UUID
    number: int
    standing: AnswerBasis
    turn: PendingTurn | None
    """None if no story goes on: play is held, there is no story, or it may not be told."""
    is_unread: bool = False
    """What was said, or what the player wished, does not open."""

    @property
    def without_agents(self) -> TurnAnswer:
        """The answer of where no story goes on."""
        assert self.turn is None, "a story goes on"
        if self.standing.held:
            return HELD
        return UNREAD if self.is_unread else UNTOLD

    @property
    def session(self) -> SessionTarget:
        return session_target(self.session_id)

    @property
    def targets(self) -> list[AnyTarget]:
        """What the answer is decided over."""
        return [self.session, record_target(self.player_id), player_target(self.player_id)]


async def matter_of(
    commands: Commands,
    repertoire: Repertoire,
    said: InteractionSubmitted,
    recorded: RecordedEvent,
    *,
    call_id: UUID,
    afresh: bool = False,
) -> Matter:
    """Gather what stands around an interaction, as this process remembers it, or `afresh` from the log: a
    consent that was withdrawn elsewhere must not be taken for given. Raises PlayerErased, KeyringIncomplete,
    NothingWaits where the log says that the turn is answered, and NotHere while a process of another release
    may have the version of the story.
    """
    player_id, session_id = recorded.subject_id, recorded.aggregate_id
    assert player_id is not None, "an interaction is a player's"
    await key_of(commands, player_id)
    wishes, wished_at = await wishes_of(commands, player_id)
    nothing = AnswerBasis(Play(), held=True, recovery=False, preferences_at=None)
    unfolded = Matter(session_id, player_id, said.turn, nothing, None)
    remembered = None if afresh else commands.aggregates.cached(unfolded.targets)
    folded = remembered or await commands.aggregates.load(unfolded.targets)
    if remembered and not _waits(states_of(unfolded.targets, folded), unfolded):
        folded = await commands.aggregates.load(unfolded.targets)
    if not _waits(states_of(unfolded.targets, folded), unfolded):
        raise NothingWaits(f"turn {said.turn} of session {session_id} does not wait for an answer")
    standing, consented = _standing(states_of(unfolded.targets, folded), unfolded)
    standing = standing._replace(preferences_at=wished_at)
    story = None if standing.held else _story(repertoire, standing.play, recorded)
    if story is None:
        return unfolded._replace(standing=standing)
    opened = await _opened(commands, player_id, said)
    if wishes is None or opened is None:
        return unfolded._replace(standing=standing, is_unread=True)
    turn = PendingTurn(
        session_id=session_id,
        number=said.turn,
        story=story,
        play=standing.play,
        wishes=filter_of(wishes.softened() if standing.recovery else wishes),
        choice=opened.choice,
        words=cast("str | None", opened.words),
        call_id=call_id,
        consent=_consent(commands, player_id) if consented else None,
    )
    return unfolded._replace(standing=standing, turn=turn)


def _waits(states: States, matter: Matter) -> bool:
    current = states.of(matter.session)
    if isinstance(current, NoSession):
        return False
    return current.turns.unanswered and current.turns.last == matter.number


async def _opened(
    commands: Commands, player_id: UUID, said: InteractionSubmitted
) -> InteractionSubmitted | None:
    """Open what was said; returns None if it does not open."""
    try:
        return await commands.keyring.opened(player_id, said)
    except SealBroken as error:
        log.error("a player's words do not open, their story stands still", error=said_by(error))  # noqa: TRY400
        return None


def _story(repertoire: Repertoire, play: Play, recorded: RecordedEvent) -> Story | None:
    """The version that a session is pinned to; None if no process has it. Raises NotHere."""
    story = repertoire.stories.get(play.story, {}).get(play.version)
    # Version 0 is of a story that there was not when the session began.
    waited_s = (now() - recorded.recorded_at).total_seconds()
    # Recorded far ahead, it says nothing of how long it waited: nobody waits until that moment has come.
    if story is None and play.version and abs(waited_s) < repertoire.missing_s_max:
        raise NotHere(f"expected {play.story}@{play.version}, there is no such version here")
    return story


def answer_command(matter: Matter, found: TurnAnswer) -> AnswerInteraction:
    told = found.told
    return AnswerInteraction(
        turn=matter.number,
        reply=told.text,
        author=found.author,
        held=matter.standing.held,
        passage=told.passage,
        choice_texts=told.choice_texts,
        narration=found.narration,
        interpreting=found.interpreting,
        checked_by=found.checked_by,
        then=told.then,
        at=now(),
    )


async def append(
    commands: Commands,
    matter: Matter,
    command: AnswerInteraction | RequestNarration,
    recorded: RecordedEvent,
    acknowledgement: Acknowledgement,
) -> None:
    """Decide, and append the answer. Raises AnswerOvertaken, and what `handle_joint` raises."""
    decision = AnswerDecision(matter.session_id, matter.player_id, command, matter.standing)
    context = CommandContext(recorded.answered_by(acknowledgement.reactor))
    await handle_joint(commands, decision, context, acknowledgement=acknowledgement)


def _consent(commands: Commands, player_id: UUID) -> ModelConsent:
    """A consent that was read just now, and how it is read again: the player's events since, in one call."""
    target = player_target(player_id)

    async def stands() -> bool:
        try:
            async with asyncio.timeout(CONSENT_WITHIN_S):
                folded = await commands.aggregates.one(target)
        except (StoreError, TimeoutError) as error:
            log.warning("a consent cannot be read, no model is asked", error=said_by(error))
            return False
        return agrees_to_models(folded.state)

    return ModelConsent(player_id, stands)


def _standing(states: States, matter: Matter) -> tuple[AnswerBasis, bool]:
    """What an answer is decided by, and whether the player agreed to model processing."""
    record, person = states.of(record_target(matter.player_id)), states.of(player_target(matter.player_id))
    return basis_of(require_started(states.of(matter.session)), record, person), agrees_to_models(person)
