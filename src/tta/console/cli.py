"""The commands of `tta`. Every command says what went wrong and what to do about it."""

import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import App, Group, Parameter
from cyclopts.validators import Number

from tta import __version__
from tta.app.running import INTERRUPTED, err, saying, to_its_end
from tta.app.settings import SettingsWrong
from tta.domain.vocabulary import Role
from tta.terminal import console, leave_streams, prepare_streams

RUN, LOOK, SET_UP = Group.create_ordered("Run"), Group.create_ordered("Look"), Group.create_ordered("Set up")

SERVES = {"dev", "serve", "project", "react"}
"""Commands that keep running when their output cannot be written."""
UMASK = 0o077  # Files of TTA and its Valkey are private. Another umask could keep TTA from reading them.

out = console()
cli = App(
    name="tta",
    help="The backend of a therapeutic text adventure. `tta dev` runs all of it, `tta demo` shows it. "
    "Settings are TTA_… environment variables; options take precedence.",
    version=__version__,
    help_format="plaintext",
    console=out,
    error_console=err,
)
keys_cli = App(name="keys", help="The key files that TTA needs in production.", group=SET_UP)
cli.command(keys_cli)
stories_cli = App(name="stories", help="The authored stories.", group=LOOK)
cli.command(stories_cli)
graph_cli = App(name="graph", help="The graph that stores the read models.", group=SET_UP)
cli.command(graph_cli)
cli.register_install_completion_command(group=SET_UP)


def _within_a_lifetime(kind: Any, minutes: Any) -> None:
    from tta.security.tokens import LIFETIME_S_MAX

    Number(gte=1, lte=LIFETIME_S_MAX // 60)(kind, minutes)


DataDir = Annotated[
    Path | None, Parameter(help="The directory of the embedded servers (TTA_DATA_DIR; else .tta).")
]
Host = Annotated[str | None, Parameter(help="The address to listen on (TTA_HOST; else 127.0.0.1).")]
Port = Annotated[
    int | None,
    Parameter(help="The port to listen on (TTA_PORT; else 8000); 0 takes a free one and prints it."),
]


@cli.command(group=RUN)
def dev(*, data_dir: DataDir = None, host: Host = None, port: Port = None) -> None:
    """Run everything in one process, with its own Valkey and graph. Ctrl-C stops it."""
    from tta.console.dev import run_dev

    to_its_end(run_dev(out, data_dir=data_dir, host=host, port=port))


@cli.command(group=RUN)
def serve(
    which: Literal["commands", "queries", "all"] = "all", /, *, host: Host = None, port: Port = None
) -> None:
    """Serve the API: its commands, its queries, or both."""
    to_its_end(_part(serving=which, told={"host": host, "port": port}))


@cli.command(group=RUN)
def project() -> None:
    """Run only the projectors, which update the read models. Several processes share the slots."""
    to_its_end(_part(projecting=True))


@cli.command(group=RUN)
def react() -> None:
    """Run only the reactors, which answer events with commands, exactly once. Several processes share the
    slots.
    """
    to_its_end(_part(reacting=True))


@cli.command(group=RUN)
def demo(
    *,
    url: Annotated[str, Parameter(help="The URL of a running TTA; without it the demo starts its own.")] = "",
    data_dir: Annotated[
        Path | None, Parameter(help="That TTA's data directory, whose keys sign the tokens; only with --url.")
    ] = None,
) -> None:
    """Play a scripted scenario through the HTTP API and describe each step."""
    from tta.console.demo import play_demo

    _look(play_demo(out, url=url, data_dir=data_dir))


@cli.command(name="play", group=RUN)
def play_command(
    story: Annotated[str, Parameter(help="A story's id; `tta stories list` shows them.")] = "clearing",
    /,
    *,
    url: Annotated[
        str, Parameter(help="The URL of a running TTA; without it the command starts its own.")
    ] = "",
    data_dir: Annotated[
        Path | None, Parameter(help="That TTA's data directory, whose keys sign the tokens; only with --url.")
    ] = None,
) -> None:
    """Play a story in the terminal, through the HTTP API."""
    from tta.console.play import play_story

    _look(play_story(out, story, url=url, data_dir=data_dir))


@cli.command(group=LOOK)
def replay(
    session: UUID,
    /,
    *,
    format: Annotated[  # noqa: A002 - What the person types.
        Literal["table", "ndjson"], Parameter(help="ndjson: one CloudEvent on each line of standard output.")
    ] = "table",
    open: Annotated[  # noqa: A002 - What the person types.
        bool, Parameter(help="Decrypt personal text; needs the key files.", negative="")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Show an aggregate's events from the first to the last, and verify their hash chain.

    Give the id of a session, a player or a safety record. Ends with 1 if the chain is broken.
    """
    from tta.console.operations import checked_settings
    from tta.console.replay import replay_history

    async def work() -> int:
        settings = checked_settings(data_dir=data_dir)
        return await replay_history(out, settings, session, form=format, opening=open)

    _look(work())


@cli.command(group=LOOK)
def doctor(
    *,
    json: Annotated[bool, Parameter(help="Print the findings as JSON.", negative="")] = False,
    data_dir: DataDir = None,
) -> None:
    """Check every server and setting, and say what to change. Ends with 1 if a check fails."""
    from tta.console.doctor import examine

    _look(examine(out, data_dir=data_dir, as_json=json))


@cli.command(name="migrate", group=SET_UP)
def migrate_graph(*, data_dir: DataDir = None) -> None:
    """Apply the missing schema migrations to the graph."""
    from tta.console.operations import checked_settings, run_migrations

    async def work() -> int:
        return await run_migrations(out, checked_settings(data_dir=data_dir))

    _look(work())


@cli.command(group=SET_UP)
def repair(
    *,
    yes: Annotated[
        bool, Parameter(help="Repair the files. Without it, only describe the repair.", negative="")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Say what is wrong with the log files of `tta dev`, and what a repair would lose."""
    from tta.console.operations import checked_settings
    from tta.console.repair import repair_log

    async def work() -> int:
        return await repair_log(out, checked_settings(data_dir=data_dir), is_agreed=yes)

    _look(work())


@cli.command(group=SET_UP)
def token(
    *,
    role: Annotated[
        list[Role] | None, Parameter(help="A role of the account; may be repeated.", negative="")
    ] = None,
    player: Annotated[UUID | None, Parameter(help="The player that the account plays as.")] = None,
    subject: Annotated[str, Parameter(help="The account.")] = "developer",
    minutes: Annotated[
        int, Parameter(help=("How long the token is valid."), validator=_within_a_lifetime)
    ] = 60,
    data_dir: DataDir = None,
) -> None:
    """Mint an access token for development, signed with the key in the directory of the key files."""
    from tta.console.operations import checked_settings, signing_tokens

    def mint() -> None:
        tokens = signing_tokens(checked_settings(data_dir=data_dir))
        print(tokens.mint(subject, role or [Role.PLAYER], player_id=player, lifetime_s=minutes * 60))

    saying(mint)


@graph_cli.command(name="forget")
def forget_graph(
    *,
    model: Annotated[str | None, Parameter(help="The name of a read model; else all.")] = None,
    slot: Annotated[
        list[int] | None,
        Parameter(help="The number of a slot; may be repeated; else all.", negative=""),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Remove rows of read models and fill them again from the log.

    Use it if the rows come from events that are no longer in the log. No data is lost. Commands continue;
    until the rows are filled, queries about them say `Consistency: unknown`, or are 503.
    """
    from tta.console.forgetting import forget_rows
    from tta.console.operations import checked_settings

    async def work() -> int:
        return await forget_rows(out, checked_settings(data_dir=data_dir), model=model, slots=slot or [])

    _look(work())


@keys_cli.command
def create(directory: Path, /) -> None:
    """Create the three key files (mode 0600) in a directory for TTA_KEYS_DIR. Never overwrites one."""
    from tta.console.operations import create_keys

    saying(lambda: create_keys(out, directory))


@keys_cli.command
def bind(*, data_dir: DataDir = None) -> None:
    """Accept an older copy of a keyring as the newest, if newer copies are lost for good."""
    from tta.console.operations import bind_keys, checked_settings

    async def work() -> int:
        return await bind_keys(out, checked_settings(data_dir=data_dir))

    _look(work())


@stories_cli.command(name="list")
def list_stories() -> None:
    """Show every story: its scenes, approaches, skills and warnings."""
    from tta.stories.shown import show_catalogue

    saying(lambda: show_catalogue(out))


@stories_cli.command(name="check")
def check_stories(story: str = "", /) -> None:
    """Find dead ends, unreachable scenes, and missing or misspelt tags and warnings.

    Give a story's id, or the path of a compiled story (1.json) or of a folder with several. Without it, all
    installed stories are checked. Reports every problem, and ends with 1 if there is one.
    """
    from tta.stories.shown import show_findings

    saying(lambda: show_findings(out, story))


async def _part(told: dict[str, Any] | None = None, **parts: Any) -> int:
    import structlog

    from tta.app.descriptors import CONNECTIONS_MIN, require_descriptors
    from tta.app.listeners import Addresses
    from tta.app.main import opened, run
    from tta.app.serving.server import CONNECTIONS_MAX
    from tta.console.operations import checked_settings
    from tta.telemetry.logs import configure_logs

    settings = checked_settings(**(told or {}))
    configure_logs(settings.log_level, json=settings.log_json)
    log = structlog.get_logger("tta.console.cli")
    require_descriptors(CONNECTIONS_MAX if "serving" in parts else CONNECTIONS_MIN)

    def ready(at: Addresses) -> None:
        log.info("ready", url=at.api or None, operators=at.operators or None, **parts)

    keyed = parts.keys() != {"projecting"}
    if keyed and settings.store_url and settings.keys_dir is None:
        raise SettingsWrong(
            "TTA_KEYS_DIR is missing: run `tta keys create DIRECTORY` once, and set TTA_KEYS_DIR for every"
            " process that serves or reacts; only `tta dev` and `tta demo` make their own keys"
        )
    graphed = "projecting" in parts or parts.get("serving") in {"queries", "all"}
    async with opened(settings, keyed=keyed, graphed=graphed) as everything:
        await run(everything, ready=ready, **parts)
    return 0


def _look(work: Coroutine[Any, Any, int]) -> None:
    """Run a command that examines a TTA. Its own log contains only errors."""
    from tta.telemetry.logs import configure_logs

    configure_logs("error")
    to_its_end(work, interrupted=INTERRUPTED)


def run() -> None:
    """The entry point of the `tta` command."""
    prepare_streams()
    os.umask(UMASK)
    status: str | int | None = 0
    try:
        cli()
    except SystemExit as ended:
        status = ended.code
    broken = leave_streams()
    if broken and not status and not SERVES & set(sys.argv[1:2]):
        if not isinstance(broken, BrokenPipeError):  # For example `| head`, which has read enough.
            err.print(f"tta: standard output cannot be written: {broken.strerror}", markup=False)
        status = 1
    sys.exit(status)
