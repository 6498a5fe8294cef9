"""The next passage of a story for one player: what they meant, what is open to them, and how it is told.

Pure: the same story, moves, words and wishes give the same passage.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from tta.domain.passages import NOTHING_ASKED, SENT, Passage, PassageQuestion, Wishes
from tta.stories.playing.filtering import Filter, filter_of, may_go, open_offers
from tta.stories.playing.runtime import (
    CHARACTERS_MAX,
    ChoiceMove,
    Move,
    Offer,
    Playthrough,
    PlaythroughShelf,
    SceneMove,
    ShownPassage,
)
from tta.stories.playing.standing import HELP, SELF, characters_of, still_text
from tta.stories.story import CALM, Story
from tta.stories.understanding.meaning import Meaning, meaning_of

SHELF = PlaythroughShelf()
LEFT_OUT = (
    "A way is left out here, because it leads to what you wished not to meet, or to more than may be good "
    "now. The story goes on in a calm place."
)
"""Told when a story is sent to the calm place. It names no topic, because the player avoids it."""

Then = Literal["", "pause", "end"]


class ToldPassage(NamedTuple):
    """An answer: its text, and the story's place."""

    text: str
    passage: Passage
    choice_texts: tuple[str, ...]
    then: Then = ""
    """The effect on the session after this answer."""


def opening(story: Story, seed_id: UUID, wishes: Wishes, moves: Sequence[str] = ()) -> ToldPassage:
    """Tell the beginning of a story, or of a copy after its moves, with the present wishes."""
    return _opened(story, seed_id, filter_of(wishes), moves)


def _opened(story: Story, seed_id: UUID, wishes: Filter, moves: Sequence[str]) -> ToldPassage:
    told = _arrived(story, _at(story, seed_id, moves), wishes)
    # Hearing an exercise again does not practise it.
    return told._replace(passage=replace(told.passage, practised=())) if moves else told


def moves_before_end(story: Story, seed_id: UUID, moves: Sequence[str]) -> int:
    """Return how many moves to keep so that a choice is offered: all, or those before the ending."""
    kept = len(moves)
    while kept and not _at(story, seed_id, moves[:kept]).shown.offers:
        kept -= 1
    return kept


def understood(
    story: Story,
    seed_id: UUID,
    moves: Sequence[str],
    wishes: Filter,
    *,
    choice: str | None,
    words: str | None,
    asked: PassageQuestion = NOTHING_ASKED,
) -> Meaning:
    """Decide what a player means by a choice's id or by their words, at the place after the moves."""
    shown = _at(story, seed_id, moves).shown
    offers = open_offers(story, shown, wishes)
    if choice is not None:
        if choice in {each.id for each in offers}:
            return Meaning("choice", choice, by_id=True)
        return Meaning("gone", by_id=True)

    def in_exercise() -> bool:
        return _in_exercise(story, seed_id, moves, shown)

    return meaning_of(words or "", offers, characters_of(story), asked=asked, in_exercise=in_exercise)


def _in_exercise(story: Story, seed_id: UUID, moves: Sequence[str], shown: ShownPassage) -> bool:
    """Return whether an exercise is under way: all open choices stay in its scene, or one does and the last
    move stayed too. Before and after an exercise, a choice leads on.
    """
    scene = story.scenes.get(shown.scene)
    if scene is None or scene.skill is None or scene.skill in shown.practised:
        return False
    stays = [not offer.to for offer in shown.offers]
    if all(stays) or not any(stays):
        return any(stays)
    return bool(moves) and _at(story, seed_id, moves[:-1]).shown.scene == shown.scene


def waiting(story: Story, seed_id: UUID, moves: Sequence[str], wishes: Filter, text: str) -> ToldPassage:
    """Return a reply that does not move the story, with the open choices."""
    shown = _at(story, seed_id, moves).shown
    return _still(story, text, shown, open_offers(story, shown, wishes))


def told(
    story: Story,
    seed_id: UUID,
    moves: Sequence[str],
    wishes: Filter,
    meaning: Meaning,
    *,
    untold: bool = False,
) -> ToldPassage:
    """Tell what follows a player's meaning. A choice that is not open does not move the story.

    If nothing was told yet (`untold`), the beginning follows any meaning but a pause or an end.
    """
    tell = _beginning if untold else _going_on
    answer = tell(story, seed_id, moves, wishes, meaning)
    meant = None if meaning.by_id and meaning.kind == "choice" else meaning.kind
    return answer._replace(passage=replace(answer.passage, meant=meant))


def _beginning(
    story: Story, seed_id: UUID, moves: Sequence[str], wishes: Filter, meaning: Meaning
) -> ToldPassage:
    if meaning.kind in {"pause", "quit"}:
        place = _at(story, seed_id, moves)
        text = still_text(story, place.shown, (), meaning, place.practised)
        return ToldPassage(text, Passage(), (), _then(meaning))
    begins = _opened(story, seed_id, wishes, moves)
    first = {"self": SELF, "help": HELP}.get(meaning.kind)
    return begins if first is None else _behind(first, begins)


def _going_on(
    story: Story, seed_id: UUID, moves: Sequence[str], wishes: Filter, meaning: Meaning
) -> ToldPassage:
    place = _at(story, seed_id, moves)
    shown = place.shown
    offers = open_offers(story, shown, wishes)
    if meaning.kind == "choice" and meaning.choice in {each.id for each in offers}:
        place.make(ChoiceMove(meaning.choice))
        answer = _arrived(story, place, wishes, meaning.choice, shown.scene)
        # The next turn most likely continues from here, and then need not repeat these moves.
        SHELF.keep(story, seed_id, [*map(_move, (*moves, *answer.passage.moves))], place)
        return answer
    stranded = not offers or not may_go(story, shown.scene, wishes)
    if shown.offers and stranded and meaning.kind not in {"pause", "quit"}:
        # The player's wishes changed: the present scene, or every open choice, is now left out.
        moved = _led_away(story, place, wishes, Passage())
        return _behind(SELF, moved) if meaning.kind == "self" else moved
    text = still_text(story, shown, offers, meaning, place.practised)
    then = _then(meaning)
    if then == "pause":
        # Offer nothing that cannot be taken now. The session keeps the open choices for the player's return.
        return ToldPassage(text, Passage(), (), then)
    answer = _still(story, text, shown, () if then else offers)
    between = tuple(each for each in meaning.between if each in answer.passage.choices)
    return answer._replace(passage=replace(answer.passage, between=between), then=then)


def _then(meaning: Meaning) -> Then:
    if meaning.kind == "pause":
        return "pause"
    return "end" if meaning.kind == "quit" and meaning.confirmed else ""


def _arrived(
    story: Story, place: Playthrough, wishes: Filter, choice: str | None = None, left: str = ""
) -> ToldPassage:
    """Tell where a choice, or a beginning, has led. If nothing there is open to the player, continue to the
    calm place.
    """
    shown = place.shown
    is_met = may_go(story, shown.scene, wishes)
    if is_met and (shown.ending or open_offers(story, shown, wishes)):
        return _standing(story, shown, shown.text, wishes, Passage(move=choice, practised=shown.practised))
    said = shown.text if is_met else ""
    if not is_met and choice and may_go(story, left, wishes):
        said = shown.before
    return _led_away(story, place, wishes, Passage(chosen=choice, practised=shown.practised), said)


def _led_away(
    story: Story, place: Playthrough, wishes: Filter, so_far: Passage, said: str = ""
) -> ToldPassage:
    """Continue to the calm place and say why, after the choice's own text."""
    shown = place.make(SceneMove(CALM))
    parts = [said, LEFT_OUT, shown.text]
    if sum(map(len, parts)) > CHARACTERS_MAX:
        parts[0] = ""  # A reply has room for one move of any length, but not for two.
    practised = tuple(dict.fromkeys((*so_far.practised, *shown.practised)))
    passage = replace(so_far, move=SENT + CALM, practised=practised)
    return _standing(story, shown, "\n\n".join(filter(None, parts)), wishes, passage)


def _standing(story: Story, shown: ShownPassage, text: str, wishes: Filter, passage: Passage) -> ToldPassage:
    """Complete a passage with the story's present place."""
    scene, offers = story.scenes.get(shown.scene), open_offers(story, shown, wishes)
    passage = replace(
        passage,
        scene=shown.scene,
        skill=scene.skill if scene else None,
        choices=tuple(offer.id for offer in offers),
        ending=shown.ending or None,
    )
    return ToldPassage(text, passage, tuple(offer.text for offer in offers))


def _still(story: Story, text: str, shown: ShownPassage, offers: Sequence[Offer]) -> ToldPassage:
    """Answer without moving the story."""
    ids = tuple(each.id for each in shown.offers if each in offers)
    texts = tuple(each.text for each in shown.offers if each in offers)
    scene = story.scenes.get(shown.scene)
    skill = scene.skill if scene else None
    return ToldPassage(text, Passage(scene=shown.scene, skill=skill, choices=ids), texts)


def _behind(first: str, answer: ToldPassage) -> ToldPassage:
    return answer._replace(text=f"{first}\n\n{answer.text}")


def _at(story: Story, seed_id: UUID, moves: Sequence[str]) -> Playthrough:
    return SHELF.at(story, seed_id, [_move(each) for each in moves])


def _move(recorded: str) -> Move:
    return SceneMove(recorded.removeprefix(SENT)) if recorded.startswith(SENT) else ChoiceMove(recorded)
