"""The four roles of agents. An agent knows messages, and no other agent."""

from typing import NamedTuple, Protocol

from tta.agents.messages import GuardianVerdict, ModelMeaning, PassageDraft, PendingTurn, TurnPlan
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import ToldPassage
from tta.stories.understanding.meaning import Meaning


class RoleAgent(Protocol):
    """The attributes of every agent. Names, capabilities and versions are stored."""

    NAME: str
    CAPABILITY: str
    """Its input and output message, such as `Turn -> Meaning`."""
    VERSION: int

    @property
    def resting(self) -> bool:
        """True while something that it depends on is known to be away."""
        ...


class InterpreterAgent(RoleAgent, Protocol):
    """Decides what a player meant."""

    async def interpret(self, turn: PendingTurn) -> Meaning:
        """Return the meaning of a choice or of words, without a language model."""
        ...

    def may_ask(self, turn: PendingTurn, meaning: Meaning) -> bool:
        """Return whether a language model may be asked what the small interpreter did not understand."""
        ...

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> ModelMeaning:
        """Ask the language model. Raises NoModelText."""
        ...


class WorldKeeperAgent(RoleAgent, Protocol):
    """Knows the place in the story, and moves it."""

    async def move(self, turn: PendingTurn, meaning: Meaning) -> ToldPassage:
        """Return what follows a meaning. Only an open choice moves the story."""
        ...


class NarratorAgent(RoleAgent, Protocol):
    """Lets a language model tell the passage of a plan. Telling it as authored needs no agent."""

    def may_ask(self, turn: PendingTurn, plan: TurnPlan) -> bool:
        """Return whether a language model may tell this passage."""
        ...

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> PassageDraft:
        """Let the language model tell it. Raises NoModelText."""
        ...


class GuardianAgent(RoleAgent, Protocol):
    """Checks every text before it is shown."""

    def may_pass(self, author: Author) -> bool:
        """Return whether a text of that author can pass at all. If not, do not request one."""
        ...

    async def check(self, text: str, author: Author) -> GuardianVerdict: ...


class Team(NamedTuple):
    """The agents of one process, by role."""

    interpreter: InterpreterAgent
    world_keeper: WorldKeeperAgent
    narrator: NarratorAgent
    guardian: GuardianAgent
