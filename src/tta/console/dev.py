"""`tta dev`: everything in one process, with its own Valkey and graph, and a demo player."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from rich.console import Console

from tta.app.data_dir import alone_in
from tta.app.descriptors import require_descriptors
from tta.app.listeners import Addresses
from tta.app.main import embedded, opened, run, tokens_of
from tta.app.serving.server import CONNECTIONS_MAX
from tta.app.settings import Settings
from tta.app.work import SharedResources
from tta.clock import now
from tta.commands.handle import CommandContext, handle
from tta.console.operations import checked_settings
from tta.domain import player
from tta.domain.identity import derived_id
from tta.domain.player import GiveConsent, RegisterPlayer
from tta.domain.targets import player_target
from tta.domain.vocabulary import AgeBand, ConsentPurpose, Role
from tta.eventstore.envelope import Causation
from tta.security.keyring import KeyringIncomplete
from tta.telemetry.logs import configure_logs

DEMO_SUBJECT = "demo"
DEMO_PLAYER = derived_id("player", "demo")
TOKEN_S = 12 * 3600


async def run_dev(out: Console, *, data_dir: Path | None, host: str | None, port: int | None) -> int:
    """Run until stopped. Raises SettingsWrong if another `tta dev` uses the data directory."""
    settings = checked_settings(data_dir=data_dir, host=host, port=port)
    configure_logs(settings.log_level, json=settings.log_json)
    require_descriptors(CONNECTIONS_MAX)
    try:
        async with everything(settings, lambda line: out.print(line, markup=False)) as (parts, tell):

            def ready(at: Addresses) -> None:
                tell(at.api, at.operators)
                say_hello(out, at, parts.settings)

            await run(parts, serving="all", projecting=True, reacting=True, ready=ready, takes_free_port=True)
    except asyncio.CancelledError:
        pass  # Ctrl-C: everything has shut down in order.
    out.print("Stopped. The next start continues with this data.")
    return 0


@asynccontextmanager
async def everything(
    settings: Settings, waiting: Callable[[str], None] = lambda _: None
) -> AsyncIterator[tuple[SharedResources, Callable[[str, str], None]]]:
    """Open the embedded servers, with exclusive use of the data directory, and seed the demo player.

    Yields the shared resources, and a function that records their addresses for other commands. During a
    long start, `waiting` is called with a line now and then.
    """
    with alone_in(settings.data_dir) as tell:
        async with embedded(settings, waiting) as complete, opened(complete, migrating=True) as parts:
            await seed(parts)
            yield parts, tell


async def seed(parts: SharedResources) -> UUID:
    """Register the demo player and their consent to play. A repetition changes nothing."""
    at = now()
    register = RegisterPlayer(
        name="Sam",
        language="en",
        region="GB",
        time_zone="Europe/London",
        age_band=AgeBand.FROM_25_TO_64,
        at=at,
    )
    consent = GiveConsent(purpose=ConsentPurpose.PLAY, version=1, at=at)
    for name, command in (("register", register), ("consent", consent)):
        command_id = derived_id("seed", name)
        causation = Causation(
            actor="tta dev", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        try:
            await handle(
                parts.commands,
                player_target(DEMO_PLAYER),
                command,
                CommandContext(causation),
                player_id=DEMO_PLAYER,
            )
        except KeyringIncomplete:
            # The demo player's key is missing. Other players can still be served, and health reports it.
            break
        except player.PlayerExists:
            # Registered over a day ago: the retry is no longer recognised, but the rule still refuses it.
            continue
    return DEMO_PLAYER


def say_hello(out: Console, at: Addresses, settings: Settings) -> None:
    """Print the addresses, a token, and a command to paste."""
    url = at.api
    token = tokens_of(settings).mint(DEMO_SUBJECT, [Role.PLAYER], player_id=DEMO_PLAYER, lifetime_s=TOKEN_S)
    out.print(f"\nTTA runs at {url}", style="bold", soft_wrap=True, markup=False)
    out.print(f"Contract: {url}/v1/openapi.json, health: {url}/health", soft_wrap=True, markup=False)
    out.print(f"Metrics: {at.operators}/metrics, for operators", soft_wrap=True, markup=False)
    kept = settings.data_dir.absolute()
    out.print(f"Data directory: {kept}. Ctrl-C stops everything.\n", soft_wrap=True, markup=False)
    out.print("Access token of the demo player, valid for 12 hours:")
    out.print(token, soft_wrap=True, markup=False)
    out.print("\nStart a session (paste this into another terminal):")
    line = (
        f"curl -s -X POST {url}/v1/sessions -H 'Authorization: Bearer {token}' "
        "-H 'Idempotency-Key: first-session' -H 'Content-Type: application/json' "
        """-d '{"story": "clearing"}'"""
    )
    out.print(line, soft_wrap=True, markup=False)
    out.print("")
