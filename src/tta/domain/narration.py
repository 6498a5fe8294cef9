"""What a language model had to do with a reply, in codes and numbers: nothing here is anybody's words."""

from enum import StrEnum

import msgspec


class NarrationOutcome(StrEnum):
    """What came of asking a model; each value is stored, so it is never renamed."""

    WRITTEN = "written"
    """The reply is the model's text."""
    LATE = "late"
    FAILED = "failed"
    """No endpoint answered, or none that could be understood."""
    RESTING = "resting"
    """Every endpoint's circuit breaker was open."""
    OVER_BUDGET = "over_budget"
    UNFIT = "unfit"
    """It did not keep to the authored scene."""
    UNCHECKED = "unchecked"
    """The guardian could not check it, so it was not shown, or not even asked for."""
    SUPERSEDED = "superseded"
    """The story went elsewhere meanwhile: the player's wishes had changed, or play was held."""
    WITHDRAWN = "withdrawn"
    """The player's consent did not stand any more, or could not be read, so nothing was sent or shown."""
    INTERPRETED = "interpreted"
    """It said what the player's words mean; it is believed only where it names what is open."""


class Narration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it went where a model was asked to tell a reply, or what the player's words mean."""

    outcome: NarrationOutcome
    endpoint: str = ""
    """The endpoint's name in the configuration."""
    model: str = ""
    prompt: str = ""
    """The prompt template and its version, `narrate@1`, `interpret@1`."""
    tokens_in: int = 0
    tokens_out: int = 0
    took_ms: int = 0
