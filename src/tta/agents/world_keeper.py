"""The world keeper: moves a story by a meaning. It is pure, and nothing else moves a story."""

from tta.agents.messages import PendingTurn
from tta.stories.playing.narrating import ToldPassage, told
from tta.stories.understanding.meaning import Meaning


class WorldKeeper:
    NAME = "world_keeper"
    CAPABILITY = "Turn, Meaning -> Told"
    VERSION = 1
    resting = False

    async def move(self, turn: PendingTurn, meaning: Meaning) -> ToldPassage:
        play = turn.play
        seed_id = play.seed or turn.session_id
        return told(turn.story, seed_id, play.moves, turn.wishes, meaning, untold=play.untold)
