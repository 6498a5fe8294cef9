"""Language models behind endpoints: implements tta.agents.llm with the gateway."""

from pathlib import Path
from uuid import UUID

from tta.agents.budgets import Limits
from tta.agents.endpoints import read_endpoints
from tta.agents.gateway import Gateway
from tta.agents.llm import LanguageModels
from tta.agents.llm_interpreter import interpreted
from tta.agents.llm_narrator import Writing
from tta.agents.messages import Brief, ModelMeaning, ModelText
from tta.eventstore.nodes import Nodes


class EndpointLlms(LanguageModels):
    """The language models of one process. Close them before the store."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @classmethod
    def read(cls, path: Path, nodes: Nodes, store: str, limits: Limits) -> "EndpointLlms":
        """Read a file of endpoints, without calling any. Raises EndpointsWrong."""
        return cls(Gateway(read_endpoints(path), nodes, store, limits))

    @property
    def resting(self) -> bool:
        return self._gateway.resting

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        return await interpreted(self._gateway, brief, call_id, within_s)

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        return await Writing(self._gateway, brief, call_id, within_s).write()

    async def warm(self) -> None:
        """Load what the first call needs, once, after the process has started."""
        await self._gateway.warm()

    async def all_rest(self) -> bool:
        """Return whether the breakers of all endpoints are open for all processes. Calls no endpoint."""
        return await self._gateway.all_rest()

    async def refresh_gauges(self) -> None:
        """Update the metrics of the breakers' shared state."""
        await self._gateway.refresh_gauges()

    async def close(self) -> None:
        await self._gateway.close()
