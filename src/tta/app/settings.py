"""The settings of TTA, from environment variables. A wrong or misspelt one prevents the start, by name."""

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
    """A setting is missing, misspelt or invalid; the message names its variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`data_dir` is read from `TTA_DATA_DIR`, and so on. An empty URL means the embedded server."""

    data_dir: Path = Path(".tta")
    """The directory of the embedded servers, and of their keys."""
    keys_dir: Path | None = None
    """The files `key-encryption.json`, `hmac.json` and `token-signing.json`; default `data_dir/keys`."""
    host: str = "127.0.0.1"
    port: PortNumber = 8000
    idle_s: Annotated[int, msgspec.Meta(ge=1, le=3_600)] = 75
    """Close a connection after this time without a request. It must be longer than a proxy keeps its own
    connections (60 s is common), or the proxy sends a request over a connection that is being closed.
    """
    origins: str = ""
    """The browser origins that may call, separated by commas. `*` is refused, because tokens are personal."""
    public_origin: str = ""
    """The origin at which clients reach the API, such as https://api.play.example.org. Over https, answers
    tell browsers to use nothing else (HSTS).
    """
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool | None = None
    store_url: str = ""
    """redis://, rediss:// or unix://. A cluster is detected."""
    store_name: str = "tta"
    store_slots: int = SLOTS_DEFAULT
    store_durability: str = "fsync"
    store_declared: bool = False
    """The server forbids reading its settings, and they were checked by hand."""
    keyring_url: str = ""
    """Default: the store's own server. In production it is a separate one."""
    graph_url: str = ""
    """neo4j://, bolt:// or embedded:/path."""
    graph_user: str = ""
    graph_password: str = ""
    graph_password_file: Path | None = None
    models_file: Path | None = None
    """The file that lists the language models (docs/models.md). Without it, TTA asks no language model."""
    model_tokens_player_day: TokensADay = 80_000
    """Tokens read and written. This is enough for a day of play: a passage costs about 1,000 tokens, three
    quarters of them for reading.
    """
    model_tokens_store_day: TokensADay = 8_000_000
    """Tokens read and written for all players together."""
    model_calls_max: Annotated[int, msgspec.Meta(ge=1, le=64)] = 8
    """Simultaneous calls in one process; each holds a connection."""
    model_text_unchecked: bool = False
    """For tests only: lets text of language models reach players, although the guardian cannot check it
    yet.
    """
    session_idle_hours: Annotated[float, msgspec.Meta(ge=0, le=365 * 24)] = 30 * 24
    """Abandon a session after this long without play; 0 disables it. A timer reaches no further than a
    year.
    """
    worker: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{0,100}\Z")] = ""
    """The name of this process among the workers, in visible ASCII; default: host and process id."""
    remembered_max: Annotated[int, msgspec.Meta(ge=100, le=10_000_000)] = 50_000
    """The number of aggregate states, and of rows of each read model, that a process caches."""
    worker_port: PortNumber = 0
    """The port for operators (`/metrics`, `/livez`). 0 disables it; `tta dev` then takes a free port."""
    worker_host: str = "127.0.0.1"
    """The address of that port. Metrics reveal when somebody acts, so no stranger may reach it."""

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The browser origins that may call. Raises SettingsWrong for a value that is not an origin."""
        origins = tuple(filter(None, (each.strip() for each in self.origins.split(","))))
        for origin in origins:
            if not origin_pattern.fullmatch(origin):
                raise SettingsWrong(
                    f"TTA_ORIGINS: expected an origin such as https://play.example.org, got {origin!r}"
                )
        return origins

    @property
    def is_https(self) -> bool:
        """Whether clients reach the API over https. Raises SettingsWrong if the value is not an origin."""
        if self.public_origin and not origin_pattern.fullmatch(self.public_origin):
            expected = "expected an origin such as https://api.play.example.org"
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
    """Read the settings from an environment; those in `told`, from the command line, take precedence.

    Raises SettingsWrong.
    """
    known = {f"{PREFIX}{field.upper()}": field for field in Settings.__struct_fields__}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value != ""}
    for name in sorted(given.keys() - known.keys()):
        if not name.startswith((f"{PREFIX}TEST_", f"{PREFIX}REQUIRE_")):
            raise SettingsWrong(f"{name} is not a setting; the settings are {', '.join(sorted(known))}")
    values: dict[str, Any] = {known[name]: value for name, value in given.items() if name in known}
    values |= {field: value for field, value in told.items() if value is not None}
    checked = {}
    for field, value in values.items():
        kind = Settings.__annotations__[field]
        try:
            checked[field] = msgspec.convert(value, kind, strict=False, dec_hook=_path)
            if isinstance(checked[field], Path):
                # No shell has expanded `--data-dir=~/tta`, or the values of a settings file.
                checked[field] = checked[field].expanduser()
        except (msgspec.ValidationError, NotImplementedError, RuntimeError) as error:
            raise SettingsWrong(f"{PREFIX}{field.upper()}: {error}") from error
    return Settings(**checked)


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
