"""Every setting of TTA, by its environment variable. A missing or misspelt one fails at start, by name."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from tta.eventstore.durability import Durability
from tta.eventstore.layout import SLOTS_DEFAULT

PREFIX = "TTA_"
PortNumber = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
TokensADay = Annotated[int, msgspec.Meta(ge=0, le=10**12)]  # The script that counts them has doubles.

origin_pattern = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


class SettingsWrong(Exception):
    """A setting is missing, misspelt or not what it should be; the message names its variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`data_dir` is read from `TTA_DATA_DIR`, and so on. Empty texts stand for the embedded default."""

    data_dir: Path = Path(".tta")
    """Where the embedded default keeps everything, keys included."""
    keys_dir: Path | None = None
    """The files `key-encryption.json`, `hmac.json` and `token-signing.json`; default `data_dir/keys`."""
    host: str = "127.0.0.1"
    port: PortNumber = 8000
    idle_s: Annotated[int, msgspec.Meta(ge=1, le=3_600)] = 75
    """A connection without a request is closed after so long. Longer than a proxy keeps its own (60 s at
    most): else the proxy sends a request over a connection that is being closed.
    """
    origins: str = ""
    """Browsers' origins that may call, with commas between; `*` is none, since tokens are personal."""
    public_origin: str = ""
    """Where clients reach the API, such as https://api.play.example.org; browsers that reach it over https
    are told never to use anything else (HSTS).
    """
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool | None = None
    store_url: str = ""
    """redis://, rediss:// or unix://; a cluster is recognised."""
    store_name: str = "tta"
    store_slots: int = SLOTS_DEFAULT
    store_durability: str = "fsync"
    store_declared: bool = False
    """The server forbids reading its settings and was checked by hand."""
    keyring_url: str = ""
    """Default: the store's own server; in production one of its own."""
    graph_url: str = ""
    """neo4j://, bolt:// or embedded:/path."""
    graph_user: str = ""
    graph_password: str = ""
    graph_password_file: Path | None = None
    models_file: Path | None = None
    """The language models that may be asked; none without it (docs/models.md)."""
    model_tokens_player_day: TokensADay = 80_000
    """Read and written; so with the next. About as many turns as one plays in a day: a passage costs some
    1,000, three quarters of it to read.
    """
    model_tokens_store_day: TokensADay = 8_000_000
    model_calls_max: Annotated[int, msgspec.Meta(ge=1, le=64)] = 8
    """At once in one process; each holds a connection open."""
    model_text_unchecked: bool = False
    """Until the guardian can check what a model wrote, its text reaches no player; this lets it, for tests
    only.
    """
    session_idle_hours: Annotated[float, msgspec.Meta(ge=0, le=365 * 24)] = 30 * 24
    """A session that nobody played for so long is abandoned; 0: none is. At most what a timer reaches."""
    worker: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{0,100}\Z")] = ""
    """This process's name among the projectors, visible ASCII; default host and process id."""
    remembered_max: Annotated[int, msgspec.Meta(ge=100, le=10_000_000)] = 50_000
    """How many aggregates' states, and how many rows of each read model, a process keeps in memory."""
    worker_port: PortNumber = 0
    """Where this process answers those who run it (`/metrics`, `/livez`); 0: nowhere, and `tta dev` takes a
    free one.
    """
    worker_host: str = "127.0.0.1"
    """The address of that port. Metrics tell when somebody acts: no stranger may reach it."""

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Browsers' origins that may call. Raises SettingsWrong for what no browser sends as one."""
        origins = tuple(filter(None, (each.strip() for each in self.origins.split(","))))
        for origin in origins:
            if not origin_pattern.fullmatch(origin):
                raise SettingsWrong(f"TTA_ORIGINS: expected such as https://play.example.org, got {origin!r}")
        return origins

    @property
    def is_https(self) -> bool:
        """Whether clients reach the API over https. Raises SettingsWrong if it is said to be nowhere."""
        if self.public_origin and not origin_pattern.fullmatch(self.public_origin):
            expected = "expected such as https://api.play.example.org"
            raise SettingsWrong(f"TTA_PUBLIC_ORIGIN: {expected}, got {self.public_origin!r}")
        return self.public_origin.startswith("https://")

    @property
    def durability(self) -> Durability:
        try:
            return Durability.parse(self.store_durability, declared=self.store_declared)
        except ValueError as error:
            raise SettingsWrong(f"TTA_STORE_DURABILITY: {error}") from error

    def password(self) -> str:
        """The graph's password, from its file if there is one."""
        if self.graph_password_file is None:
            return self.graph_password
        try:
            return self.graph_password_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsWrong(f"TTA_GRAPH_PASSWORD_FILE: {error}") from error


def settings_of_process(**told: Any) -> Settings:
    """Read the settings of this process. Raises SettingsWrong."""
    return read_settings(os.environ, **told)


def read_settings(environ: Mapping[str, str], **told: Any) -> Settings:
    """Read the settings from an environment; `told` ones, from the command line, win. Raises
    SettingsWrong.
    """
    known = {f"{PREFIX}{field.upper()}": field for field in Settings.__struct_fields__}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value != ""}
    for name in sorted(given.keys() - known.keys()):
        if not name.startswith((f"{PREFIX}TEST_", f"{PREFIX}REQUIRE_")):
            raise SettingsWrong(f"{name} is no setting; there are {', '.join(sorted(known))}")
    values: dict[str, Any] = {known[name]: value for name, value in given.items() if name in known}
    values |= {field: value for field, value in told.items() if value is not None}
    checked = {}
    for field, value in values.items():
        kind = Settings.__annotations__[field]
        try:
            checked[field] = msgspec.convert(value, kind, strict=False, dec_hook=_path)
            if isinstance(checked[field], Path):
                # No shell has looked at `--data-dir=~/tta`, or at what comes from a file of settings.
                checked[field] = checked[field].expanduser()
        except (msgspec.ValidationError, NotImplementedError, RuntimeError) as error:
            raise SettingsWrong(f"{PREFIX}{field.upper()}: {error}") from error
    return Settings(**checked)


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
