"""The next passage of a story for one player: what they meant, what they may meet, and how it is told.

Pure: the same story, moves, words and wishes give the same passage.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.passages import SENT, Passage, Wishes
from tta.stories.meaning import Meaning, meaning_of
from tta.stories.playing import Chosen, Move, Offer, Playthrough, Sent, Shelf, Shown
from tta.stories.story import CALM, Scene, Story

HELP = (
    "You play by choosing: send the id of a choice, or say in your own words which one you mean. "
    "Say “look” to hear again where you are. You can pause or end whenever you like, and nothing is lost. "
    "You are talking with a program; if you need a person, please reach one."
)
SAYS = {
    "help": HELP,
    "gone": "That is not open from here. These ways are:",
    "unsure": "I am not sure which you mean. These ways are open:",
}
OVER = "This story has come to its end. You can start another whenever you like."


SHELF = Shelf()


class Told(NamedTuple):
    """What is answered: its text, and where the story stands."""

    text: str
    passage: Passage
    choice_texts: tuple[str, ...]


def opening(story: Story, session: UUID, wishes: Wishes) -> Told:
    """Tell how a story begins."""
    return _told(story, SHELF.at(story, session, ()), None, wishes)


def next_passage(
    story: Story,
    session: UUID,
    moves: Sequence[str],
    wishes: Wishes,
    *,
    choice: str | None,
    words: str | None,
) -> Told:
    """Tell what follows on what a player chose or said, after the moves so far."""
    place = SHELF.at(story, session, [_move(each) for each in moves])
    shown = place.shown
    if not shown.offers:
        return _still(story, OVER, shown, ())
    open_offers = tuple(offer for offer in shown.offers if _may_go(story, offer.to, wishes))
    if not open_offers:
        return _told(story, place, None, wishes)
    if choice is not None:
        meant = Meaning("choice", choice) if choice in {each.id for each in open_offers} else Meaning("gone")
    else:
        meant = meaning_of(words or "", open_offers)
    if meant.kind == "choice":
        place.make(Chosen(meant.choice))
        return _told(story, place, meant.choice, wishes)
    if meant.kind == "look":
        return _still(story, shown.text, shown, open_offers)
    return _still(story, SAYS[meant.kind], shown, open_offers)


def may_meet(scene: Scene, wishes: Wishes) -> bool:
    """Say whether a scene is one that a player wants to meet."""
    return not not_met_because(scene, wishes)


def not_met_because(scene: Scene, wishes: Wishes) -> tuple[str, ...]:
    """Say why a player does not want to meet a scene, in the scene's own words; empty where they do."""
    avoided = {_plain(each) for each in wishes.avoid}
    because = [each for each in dict.fromkeys((*scene.warnings, *scene.topics)) if _plain(each) in avoided]
    if scene.intensity > wishes.intensity:
        because.append(f"intensity {scene.intensity}")
    return tuple(because)


def _told(story: Story, place: Playthrough, choice: str | None, wishes: Wishes) -> Told:
    """Tell where a story stands; where nothing is left that the player may meet, it goes to a calm place."""
    move, shown = choice, place.shown
    offers = tuple(offer for offer in shown.offers if _may_go(story, offer.to, wishes))
    if not _may_go(story, shown.scene, wishes) or (not offers and not shown.ending):
        move, shown = SENT + CALM, place.make(Sent(CALM))
        offers = tuple(offer for offer in shown.offers if _may_go(story, offer.to, wishes))
    scene = story.scenes.get(shown.scene)
    passage = Passage(
        move=move,
        scene=shown.scene,
        skill=scene.skill if scene else None,
        choices=tuple(offer.id for offer in offers),
        practised=shown.practised,
        ending=shown.ending or None,
    )
    return Told(shown.text, passage, tuple(offer.text for offer in offers))


def _still(story: Story, text: str, shown: Shown, offers: Sequence[Offer]) -> Told:
    """Answer without moving the story on."""
    ids = tuple(each.id for each in shown.offers if each in offers)
    texts = tuple(each.text for each in shown.offers if each in offers)
    scene = story.scenes.get(shown.scene)
    skill = scene.skill if scene else None
    return Told(text, Passage(scene=shown.scene, skill=skill, choices=ids), texts)


def _may_go(story: Story, scene: str, wishes: Wishes) -> bool:
    return not scene or scene == CALM or scene not in story.scenes or may_meet(story.scenes[scene], wishes)


def _move(recorded: str) -> Move:
    return Sent(recorded.removeprefix(SENT)) if recorded.startswith(SENT) else Chosen(recorded)


def _plain(word: str) -> str:
    return word.strip().casefold().replace("_", " ")
