"""A player's preferences, from which tests derive others."""

from msgspec.structs import replace

from tests.support.domain.given import NOON
from tta.domain.player import SetPreferences
from tta.domain.vocabulary import AgeBand

ANYTHING = SetPreferences(
    avoid_topics=(),
    trigger_warnings=(),
    intensity=5,
    approaches=(),
    language="en",
    region="GB",
    time_zone="Europe/London",
    age_band=AgeBand.FROM_25_TO_64,
    accessibility=(),
    at=NOON,
)
"""They avoid nothing."""
GENTLE = replace(ANYTHING, intensity=1)
