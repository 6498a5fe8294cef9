"""`tta …`: run it, look into it, try it. Every command says what went wrong and what to do about it."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console

from tta import __version__
from tta.domain.vocabulary import Role
from tta.eventstore.errors import StoreError
from tta.graph.engine import GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.migrations import DatabaseIsNewer, MigrationAltered, MigrationsPending
from tta.security.key_files import KeyFileUnsafe
from tta.settings import SettingsWrong

EXPECTED = (
    SettingsWrong,
    KeyFileUnsafe,
    StoreError,
    GraphInUse,
    GraphRefused,
    GraphUnavailable,
    MigrationsPending,
    MigrationAltered,
    DatabaseIsNewer,
)
"""What a person can mend: said in one line, without a traceback."""

out, err = Console(highlight=False), Console(stderr=True, highlight=False)
cli = App(
    name="tta",
    help="The backend of a therapeutic text adventure. Settings are TTA_… environment variables.",
    version=__version__,
)
cli.register_install_completion_command()

DataDir = Annotated[
    Path | None, Parameter(help="Where the embedded default keeps all (TTA_DATA_DIR).")
]


@cli.command
def dev(*, data_dir: DataDir = None, host: str | None = None, port: int | None = None) -> None:
    """Run everything in one process, with its own Valkey and graph; Ctrl-C stops all of it."""
    from tta.dev import run_dev

    _run(run_dev(out, data_dir=data_dir, host=host, port=port))


@cli.command
def serve(
    which: Literal["commands", "queries", "all"] = "all", *, host: str | None = None, port: int | None = None
) -> None:
    """Serve the API: commands, queries, or both."""
    _run(_part(serving=which, told={"host": host, "port": port}))


@cli.command
def project() -> None:
    """Run projectors alone; several processes share the slots."""
    _run(_part(projecting=True))


@cli.command
def react() -> None:
    """Run reactors alone."""
    _run(_part(reacting=True))


@cli.command(name="migrate")
def migrate_graph() -> None:
    """Bring the graph's lasting nodes and constraints up to date."""
    from tta.operations import run_migrations

    _run(run_migrations(out))


@cli.command
def token(
    *,
    role: list[Role] | None = None,
    player: UUID | None = None,
    subject: str = "developer",
    minutes: Annotated[int, Parameter(help="How long it is good for, 1440 at most.")] = 60,
    data_dir: DataDir = None,
) -> None:
    """Mint an access token for development, signed with the key in the keys' directory."""
    from tta.main import settings_of_process, tokens_of

    def mint() -> None:
        tokens = tokens_of(settings_of_process(data_dir=data_dir))
        print(tokens.mint(subject, role or [Role.PLAYER], player_id=player, lifetime_s=minutes * 60))

    _saying(mint)


@cli.command
def replay(
    session: UUID,
    *,
    format: Literal["table", "ndjson"] = "table",  # noqa: A002 - What the person types.
    open: Annotated[bool, Parameter(help="Open personal text, for who may read it.")] = False,  # noqa: A002
    data_dir: DataDir = None,
) -> None:
    """Show an aggregate's events from the first to the last, and verify their hash chain."""
    from tta.operations import replay_history

    _run(replay_history(out, session, form=format, opening=open, data_dir=data_dir))


@cli.command
def doctor(*, data_dir: DataDir = None) -> None:
    """Check every server and setting, and say what to change."""
    from tta.operations import examine

    _run(examine(out, data_dir=data_dir))


@cli.command
def demo(
    *,
    url: Annotated[str, Parameter(help="A running TTA; without it the demo brings its own.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Play a scripted scenario through the HTTP API and tell what happens."""
    from tta.demo import play_demo

    _run(play_demo(out, url=url, data_dir=data_dir))


async def _part(told: dict[str, Any] | None = None, **parts: Any) -> int:
    from tta.main import opened, run, settings_of_process
    from tta.telemetry.logs import configure_logs

    settings = settings_of_process(**(told or {}))
    configure_logs(settings.log_level, json=settings.log_json)
    async with AsyncExitStack() as stack:
        await run(await stack.enter_async_context(opened(settings)), **parts)
    return 0


def _run(work: Coroutine[Any, Any, int]) -> None:
    import uvloop

    async def stoppable() -> int:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return 0

    _saying(lambda: sys.exit(uvloop.run(stoppable())))


def _saying(work: Any) -> None:
    """Do it; say what a person can mend in one line, and leave with 1."""
    try:
        work()
    except EXPECTED as error:
        err.print(f"[bold red]tta:[/] {type(error).__name__}: ", end="")
        err.print(str(error), markup=False)
        sys.exit(1)


def run() -> None:
    """The entry point of the `tta` command."""
    cli()
