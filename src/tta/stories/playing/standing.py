"""Replies that do not move the story: to a question, a pause, talk about oneself, or unclear words.

They are calm and plain, and blame nobody.
"""

from collections.abc import Sequence
from typing import assert_never

from tta.stories.playing.runtime import Offer, ShownPassage
from tta.stories.story import Story
from tta.stories.understanding.meaning import Meaning

HELP = (
    "You play by choosing: send the id of a choice, its number, or say in your own words which one you mean. "
    "Say “look” to hear again where you are, “status” for how far you have come, “pause” to come back later, "
    "and “quit” to end. Nothing is lost by waiting. You are talking with a program; if you need a person, "
    "please reach one."
)
GONE = "That is not open from here. These ways are:"
PAUSED = "The story is paused. Whenever you come back and resume, it goes on right here."
QUIT = (
    "Do you want to end this story for good? Say “quit” again to end it, or “pause” to come back to it later."
)
ENDED = "The story ends here, as you wished. Thank you for playing. You can start another whenever you like."
SELF = (
    "Thank you for telling me; it can be good to say such things. I am a program and cannot take care of you "
    "as a person can, so if this weighs on you, please tell somebody whom you trust. Say “help” for what you "
    "can do here."
)
OVER = "This story has come to its end. You can start another whenever you like."
UNSURE = "I am not sure which you mean."


def still_text(
    story: Story, shown: ShownPassage, offers: Sequence[Offer], meaning: Meaning, practised: Sequence[str]
) -> str:
    """Return the reply to a meaning that does not move the story."""
    match meaning.kind:
        case "look":
            text = shown.text
        case "help":
            text = HELP
        case "status":
            text = _status(story, shown, offers, practised)
        case "pause":
            text = PAUSED
        case "quit":
            text = ENDED if meaning.confirmed else QUIT
        case "self":
            text = _and_ways(f"{SELF} The story waits for you.", offers)
        case _ if not shown.offers:
            text = OVER
        case "character":
            text = _character(story, shown, offers, meaning.character)
        case "action":
            text = _and_ways("You try, and nothing here answers to that.", offers)
        case "gone" | "choice":
            text = f"{GONE} {_listed(offers)}"
        case "unsure":
            text = _unsure(offers, meaning.between)
        case _:
            assert_never(meaning.kind)
    return text


def characters_of(story: Story) -> tuple[str, ...]:
    """Return all characters of a story, by id."""
    return tuple(sorted({each for scene in story.scenes.values() for each in scene.characters}))


def _status(story: Story, shown: ShownPassage, offers: Sequence[Offer], practised: Sequence[str]) -> str:
    scene = story.scenes.get(shown.scene)
    lines = [f"You are playing “{story.title}”."]
    if scene is not None:
        lines.append(f"You are in the scene {_name(scene.id)}, at this place: {_name(scene.location)}.")
    skills = ", ".join(map(_name, practised))
    lines.append(f"Practised so far: {skills}." if skills else "No exercise has been practised yet.")
    match len(offers):
        case 0:
            lines.append(OVER)
        case 1:
            lines.append("One way is open.")
        case several:
            lines.append(f"{several} ways are open.")
    return " ".join(lines)


def _character(story: Story, shown: ShownPassage, offers: Sequence[Offer], character: str) -> str:
    scene = story.scenes.get(shown.scene)
    name = _name(character)
    name = name[:1].upper() + name[1:]
    if scene is None or character not in scene.characters:
        return _and_ways(f"{name} is not here.", offers)
    return _and_ways(f"{name} listens, and waits.", offers)


def _unsure(offers: Sequence[Offer], between: Sequence[str]) -> str:
    near = [_quoted(offer) for each in between for offer in offers if offer.id == each]
    match near:
        case [one]:
            return f"{UNSURE} Do you mean {one}? {_and_ways('', offers)}"
        case [one, other]:
            return f"{UNSURE} Do you mean {one}, or {other}? {_and_ways('', offers)}"
        case _:
            return _and_ways(UNSURE, offers)


def _and_ways(said: str, offers: Sequence[Offer]) -> str:
    return f"{said} These ways are open: {_listed(offers)}".strip() if offers else said


def _listed(offers: Sequence[Offer]) -> str:
    return " ".join(f"({number}) {_quoted(offer)}" for number, offer in enumerate(offers, start=1))


def _quoted(offer: Offer) -> str:
    return f"“{offer.text}”"


def _name(identity: str) -> str:
    return identity.replace("_", " ")
