"""A brief for a language model: a scene of a small story, with fit and unfit retellings."""

import json
from uuid import UUID

from tta.agents.messages import Brief, ModelConsent
from tta.domain.passages import Passage
from tta.domain.vocabulary import Approach
from tta.stories.playing.narrating import ToldPassage
from tta.stories.story import Scene, Story


async def stands() -> bool:
    """A consent that is never withdrawn."""
    return True


PLAYER = UUID("7f3c9a52-0000-4000-8000-00000000abcd")
PASSAGE = (
    "The rope-ferry bumps against the jetty at Farrow Skerry, and a small wind gets off with you. At "
    "the top of the steps stands the lighthouse, white going pink in the last of the sun. Halfway down "
    "stands its keeper: a broad woman in a yellow coat, with a mug in each hand.\n\n"
    "'Maren Oake,' she says, and gives you a mug. 'That is the Front. It takes 1 night to cross. How "
    "are you?'"
)
RETOLD = (
    "With a bump the ferry comes to rest at the jetty of Farrow Skerry, and the small wind is off "
    "before you are. The lighthouse stands at the top of its steps, white, and pink where the sun still "
    "reaches it. Between you and it waits its keeper, a broad woman in a yellow coat. She holds two "
    "mugs.\n\n"
    "'Maren Oake,' she says, and one of the mugs is yours. 'That's the Front. 1 night, and it is "
    "across. So how are you?'"
)
CHOICES = ("tell", "fine")
SCENE = Scene("jetty", Approach.ACT, 1, "any", "Farrow Skerry", characters=("Maren Oake",))
STORY = Story(
    id="storm",
    version=1,
    title="The Storm Keeper",
    summary="A night on a lighthouse.",
    world="the Kerrin Isles",
    language="en",
    scenes={"jetty": SCENE},
    compiled="",
)
TOLD = ToldPassage(PASSAGE, Passage(move="ferry", scene="jetty", choices=CHOICES), ("'Nervous.'", "'Fine.'"))
WORDS = "I walk up to her, my heart is loud"
BRIEF = Brief(STORY, SCENE, TOLD, WORDS, ModelConsent(PLAYER, stands))


def answer(text: str = RETOLD, choices: tuple[str, ...] = CHOICES) -> str:
    """Return a language model's answer in the right form."""
    return json.dumps({"text": text, "choices": choices})
