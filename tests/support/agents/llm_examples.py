"""Language models at a server of the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.agents.gateway_examples import LIMITS
from tta.agents.endpoint_llms import EndpointLlms
from tta.agents.endpoints import Endpoint
from tta.agents.gateway import Gateway
from tta.eventstore.nodes import Nodes


@asynccontextmanager
async def opened(nodes: Nodes, store: str, *endpoints: Endpoint) -> AsyncIterator[EndpointLlms]:
    models = EndpointLlms(Gateway(endpoints, nodes, store, LIMITS))
    await models.warm()
    try:
        yield models
    finally:
        await models.close()
