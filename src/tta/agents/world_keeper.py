"""The world keeper: where the story stands, and where a meaning moves it. Pure; only it moves a story."""

from tta.agents.messages import Turn
from tta.stories.meaning import Meaning
from tta.stories.narrating import Told, next_passage


class WorldKeeper:
    NAME = "world_keeper"
    CAPABILITY = "Turn, Meaning -> Told"
    VERSION = 1
    resting = False

    async def move(self, turn: Turn, meaning: Meaning) -> Told:
        choice = meaning.choice if meaning.kind == "choice" else None
        return next_passage(
            turn.story,
            turn.session_id,
            turn.play.moves,
            turn.wishes,
            choice=choice,
            words=meaning.kind if meaning.kind in ("look", "help") else "",
        )
