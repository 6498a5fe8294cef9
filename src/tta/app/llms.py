"""The language models that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tta.agents.budgets import Limits
from tta.agents.endpoint_llms import EndpointLlms
from tta.agents.endpoints import EndpointsWrong
from tta.app.settings import Settings, SettingsWrong
from tta.eventstore.store import EventStore


def limits_of(settings: Settings) -> Limits:
    """Return the token and call limits of the settings."""
    return Limits(settings.model_tokens_player_day, settings.model_tokens_store_day, settings.model_calls_max)


@asynccontextmanager
async def asked_llms(settings: Settings, store: EventStore) -> AsyncIterator[EndpointLlms | None]:
    """Open the language models of the settings, if there are any, and close them. Raises SettingsWrong."""
    llms = llms_of(settings, store)
    try:
        yield llms
    finally:
        if llms is not None:
            await llms.close()


def llms_of(settings: Settings, store: EventStore) -> EndpointLlms | None:
    """Return the language models of the settings; None if there are none. Calls none of them yet.

    Close them before the store. Raises SettingsWrong.
    """
    if settings.models_file is None:
        return None
    try:
        return EndpointLlms.read(settings.models_file, store.nodes, store.layout.name, limits_of(settings))
    except EndpointsWrong as error:
        raise SettingsWrong(f"TTA_MODELS_FILE: {error}") from error
