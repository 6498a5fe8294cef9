"""The default agents of one process."""

from tta.agents.guardian import Guardian
from tta.agents.interpreter import Interpreter
from tta.agents.llm import LanguageModels
from tta.agents.narrator import Narrator
from tta.agents.roles import Team
from tta.agents.world_keeper import WorldKeeper


def team_of(llms: LanguageModels | None = None, *, model_text_unchecked: bool = False) -> Team:
    """Create the agents. Without language models, only authored stories are told.

    `model_text_unchecked` lets generated text reach players, although nothing checks its meaning.
    """
    return Team(
        Interpreter(llms),
        WorldKeeper(),
        Narrator(llms),
        Guardian(model_text_unchecked=model_text_unchecked),
    )
