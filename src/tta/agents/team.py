"""The agents of one process, as they are by default."""

from tta.agents.guardian import Guardian
from tta.agents.interpreter import Interpreter
from tta.agents.llm import LanguageModels
from tta.agents.narrator import Narrator
from tta.agents.roles import Team
from tta.agents.world_keeper import WorldKeeper


def team_of(llms: LanguageModels | None = None, *, model_text_unchecked: bool = False) -> Team:
    """Make the agents; without models, authored stories are all that is told.

    `model_text_unchecked` lets a model's text reach players although nothing checks what it says.
    """
    return Team(
        Interpreter(llms),
        WorldKeeper(),
        Narrator(llms),
        Guardian(model_text_unchecked=model_text_unchecked),
    )
