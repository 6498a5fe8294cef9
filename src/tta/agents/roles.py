"""The four roles that the orchestrator mediates between. An agent knows messages, and no other agent."""

from typing import NamedTuple, Protocol

from tta.agents.messages import GuardianVerdict, ModelMeaning, PassageDraft, PendingTurn, TurnPlan
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import ToldPassage
from tta.stories.understanding.meaning import Meaning


class RoleAgent(Protocol):
    """What every agent says of itself. Names, capabilities and versions are stored."""

    NAME: str
    CAPABILITY: str
    """The message that it takes and the one it gives, `Turn -> Meaning`."""
    VERSION: int

    @property
    def resting(self) -> bool:
        """True while what it leans on is known to be away."""
        ...


class InterpreterAgent(RoleAgent, Protocol):
    """Finds out what a player meant."""

    async def interpret(self, turn: PendingTurn) -> Meaning:
        """Say what was chosen or said, without any model."""
        ...

    def may_ask(self, turn: PendingTurn, meaning: Meaning) -> bool:
        """Say whether a model may be asked what the small interpreter did not understand."""
        ...

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> ModelMeaning:
        """Ask the model. Raises NoModelText."""
        ...


class WorldKeeperAgent(RoleAgent, Protocol):
    """Knows where the story stands, and moves it."""

    async def move(self, turn: PendingTurn, meaning: Meaning) -> ToldPassage:
        """Say what follows on a meaning: the story moves on by an open choice only."""
        ...


class NarratorAgent(RoleAgent, Protocol):
    """Has a model tell the passage that a plan leads to. To be told as it was authored it needs no agent."""

    def may_ask(self, turn: PendingTurn, plan: TurnPlan) -> bool:
        """Say whether a model may tell this passage."""
        ...

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> PassageDraft:
        """Have the model tell it. Raises NoModelText."""
        ...


class GuardianAgent(RoleAgent, Protocol):
    """Checks every text before anybody reads it."""

    def may_pass(self, author: Author) -> bool:
        """Say whether a text of that author can pass at all; where not, nobody need write one."""
        ...

    async def check(self, text: str, author: Author) -> GuardianVerdict: ...


class Team(NamedTuple):
    """Who fills the roles in one process."""

    interpreter: InterpreterAgent
    world_keeper: WorldKeeperAgent
    narrator: NarratorAgent
    guardian: GuardianAgent
