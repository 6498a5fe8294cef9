"""Operators' tasks other than running TTA: find its servers, migrate its graph, create its keys."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from rich.console import Console

from tta.app.data_dir import GRAPH_FILE, VALKEY_DIR, alone_in
from tta.app.settings import Settings, SettingsWrong, settings_of_process
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import ForeignStore, StoreError, StoreMismatch
from tta.eventstore.layout import LAYOUT, SLOTS_MAX, Layout
from tta.eventstore.nodes import Nodes
from tta.eventstore.store import EventStore
from tta.eventstore.topology import Topology
from tta.graph.migrations import all_migrations, migrate
from tta.graph.opening import EMBEDDED, open_graph
from tta.security.binding import bind_anyway
from tta.security.key_files import KeyFileUnsafe, read_hmac_keys, read_key_encryption_keys
from tta.security.keyring import Keyring
from tta.security.tokens import Tokens

ANSWER_TIMEOUT_S = 2.0
KEY_FILES = ("key-encryption.json", "hmac.json", "token-signing.json")

credentials_pattern = re.compile(r"//[^/]*@")


class NothingFound(StoreError):
    """Something does not exist; the message says where it was expected."""


def checked_settings(**told: Any) -> Settings:
    """Read the settings of this process, and check that each can be used. Raises SettingsWrong."""
    settings = settings_of_process(**told)
    for wrong in wrong_settings(settings):
        raise SettingsWrong(wrong)
    return settings


def wrong_settings(settings: Settings) -> list[str]:
    """List the settings that are wrong, without asking any server."""
    wrong = []
    for field in ("store_url", "keyring_url"):
        url = getattr(settings, field)
        try:
            _ = url and Topology(url)
        except ValueError as error:
            wrong.append(f"TTA_{field.upper()}: {error}")
    if credentials_pattern.search(settings.graph_url):
        use = "use TTA_GRAPH_USER and TTA_GRAPH_PASSWORD_FILE"
        wrong.append(f"TTA_GRAPH_URL: a user or password in a graph's URL is not read: {use}")
    if settings.store_durability.startswith("replicated") and not settings.store_url:
        use = "the embedded server has none; set TTA_STORE_URL"
        wrong.append(f"TTA_STORE_DURABILITY: {settings.store_durability} needs replicas; {use}")
    for read in (
        lambda: settings.durability,
        lambda: settings.allowed_origins,
        lambda: settings.is_https,
        settings.password,
    ):
        try:
            read()
        except SettingsWrong as error:
            wrong.append(str(error))
    return wrong


async def run_migrations(out: Console, settings: Settings) -> int:
    """Apply the missing migrations and print them. Raises GraphInUse, MigrationAltered, DatabaseIsNewer."""
    url = settings.graph_url or f"embedded:{graph_file(settings)}"
    if not settings.graph_url and not graph_file(settings).exists():
        raise SettingsWrong(
            f"TTA_GRAPH_URL is missing, and {graph_file(settings)} is no graph: "
            "set TTA_GRAPH_URL, or run `tta dev`, which creates and migrates its own graph"
        )
    graph = await open_graph(
        url, user=settings.graph_user or None, password=settings.password() or None, apart=True
    )
    try:
        await graph.check()
        done = await migrate(graph)
    finally:
        await graph.close()
    for migration in done:
        out.print(f"applied {migration.id}", markup=False)
    summary = f"{len(done)} applied" if done else "nothing to do"
    known = len(all_migrations())
    out.print(f"{without_secrets(url)}: {summary}, at migration {known:04d}", markup=False, soft_wrap=True)
    return 0


def create_keys(out: Console, directory: Path) -> None:
    """Create the three key files of a store. Raises KeyFileUnsafe if one exists already."""
    for name in KEY_FILES:
        if (directory / name).exists():
            raise KeyFileUnsafe(
                f"{directory / name} exists, and keys are never overwritten: their sealed texts would be lost"
            )
    try:
        read_key_encryption_keys(directory / KEY_FILES[0], create=True)
        read_hmac_keys(directory / KEY_FILES[1], create=True)
        Tokens.read(directory / KEY_FILES[2], create=True)
    except OSError as error:
        raise KeyFileUnsafe(f"{directory}: keys cannot be written there: {error}") from error
    for name in KEY_FILES:
        out.print(str(directory / name), markup=False, soft_wrap=True)
    out.print(
        "Created, mode 0600. Set TTA_KEYS_DIR to the directory in every process, and keep a copy apart "
        "from the "
        "store's backups: without key-encryption.json no personal text can ever be read again.",
        soft_wrap=True,
    )


@asynccontextmanager
async def keyring_of(settings: Settings) -> AsyncIterator[Keyring]:
    """Open the keyring of a store with its key files. Raises KeyFileUnsafe and StoreError."""
    wrapping = read_key_encryption_keys(settings.keys / KEY_FILES[0], create=False)
    url = settings.keyring_url or settings.store_url
    keyring = await Keyring.open(url, settings.store_name, wrapping, settings.durability)
    try:
        yield keyring
    finally:
        await keyring.close()


async def bind_keys(out: Console, settings: Settings) -> int:
    """Give an older copy of a keyring the id of its store. Raises KeyringForeign if it is another store's."""
    async with (
        store_at_hand(settings) as complete,
        standing_store(complete) as store,
        keyring_of(complete) as keyring,
    ):
        bound = await bind_anyway(store, keyring)
    out.print(f"The keyring is bound to store {settings.store_name} ({bound}).", markup=False)
    out.print("`tta doctor` names the players whose keys it lacks.", markup=False)
    return 0


def signing_tokens(settings: Settings) -> Tokens:
    """Return what mints tokens that a TTA with these settings accepts. Raises SettingsWrong."""
    path = settings.keys / KEY_FILES[2]
    if not path.exists():
        raise SettingsWrong(
            f"{path} does not exist, so no TTA would accept the token: name the data directory of the "
            "running "
            "TTA (--data-dir), or set its TTA_KEYS_DIR"
        )
    return Tokens.read(path, create=False)


def graph_file(settings: Settings) -> Path:
    """Return the path of the embedded graph, whether or not it exists."""
    return (settings.data_dir / GRAPH_FILE).absolute()


@asynccontextmanager
async def store_at_hand(settings: Settings) -> AsyncIterator[Settings]:
    """Complete the settings with a store that answers, without disturbing a running TTA.

    A running embedded server is used. If none runs, it is started and stopped afterwards. Raises
    SettingsWrong if there is none to start.
    """
    if settings.store_url:
        yield settings
        return
    directory = settings.data_dir / VALKEY_DIR
    server = ChildServer(directory)
    if await answers(server.url):
        yield replace(settings, store_url=server.url)
        return
    if not directory.is_dir():
        raise SettingsWrong(
            f"TTA_STORE_URL is missing, and no TTA has run in {settings.data_dir.absolute()}: "
            "name another directory (--data-dir), or run `tta dev`"
        )
    with alone_in(settings.data_dir):
        await server.start()
        try:
            yield replace(settings, store_url=server.url)
        finally:
            await server.stop()


@asynccontextmanager
async def standing_store(settings: Settings) -> AsyncIterator[EventStore]:
    """Open an existing store with its recorded layout. Unlike EventStore.open, this never creates one.

    Raises NothingFound, ForeignStore, StoreMismatch (of layout), StoreUnavailable, UnsafeServer.
    """
    nodes = await Nodes.connect(settings.store_url, settings.durability)
    try:
        yield EventStore(nodes, await recorded_layout(nodes, settings.store_name))
    finally:
        await nodes.close()


async def recorded_layout(nodes: Nodes, name: str) -> Layout:
    """Read the recorded layout of a store. Raises NothingFound, ForeignStore, StoreMismatch."""
    key = Layout(name, 1).record
    layout, slots = await nodes.call("HMGET", key, "layout", "slots")
    if layout is None and not await nodes.call("EXISTS", key):
        raise NothingFound(f"the server holds no store named {name!r} (TTA_STORE_NAME)")
    if layout is None or not (slots or b"").isdigit() or not 1 <= int(slots) <= SLOTS_MAX:
        raise ForeignStore(f"{key}: expected the record of an event store, got something else")
    if layout != str(LAYOUT).encode():
        raise StoreMismatch(f"store {name}: expected layout {LAYOUT}, got {layout.decode(errors='replace')}")
    return Layout(name, int(slots))


async def answers(url: str) -> bool:
    """Return whether a store server answers at the URL."""
    client = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=ANSWER_TIMEOUT_S)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


def without_secrets(url: str) -> str:
    """Return a server's URL without parts that may be a password."""
    if url.startswith(EMBEDDED):
        return url
    return credentials_pattern.sub("//", url.partition("?")[0])
