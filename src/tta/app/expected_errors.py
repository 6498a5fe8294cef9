"""The errors that a person can correct: a command prints them in one line, without a traceback."""

from tta.app.settings import SettingsWrong
from tta.eventstore.errors import StoreError
from tta.graph.engine import GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.migrations import DatabaseIsNewer, MigrationAltered, MigrationsPending
from tta.security.binding import KeyringForeign
from tta.security.key_files import KeyFileUnsafe
from tta.stories.story import StoryBroken

EXPECTED = (
    SettingsWrong,
    KeyFileUnsafe,
    KeyringForeign,
    StoreError,
    GraphInUse,
    GraphRefused,
    GraphUnavailable,
    MigrationsPending,
    MigrationAltered,
    DatabaseIsNewer,
    StoryBroken,
)
