"""`tta demo`: play the scenario of demo_scenes on a running TTA, or on one that the demo starts."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from rich.console import Console

from tta.app.settings import PREFIX, Settings, SettingsWrong, read_settings
from tta.console.demo_scenes import DemoStage, NotAsExpected, Teller, play
from tta.console.operations import checked_settings, signing_tokens
from tta.console.replay import replay_history

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 40.0
REQUEST_TIMEOUT_S = 40.0
LOG_TAIL_CHARACTERS = 1_500

url_pattern = re.compile(rb"TTA runs at (http://\S+)")


async def play_demo(out: Console, *, url: str, data_dir: Path | None) -> int:
    """Play every scene; return 1 at the first unexpected answer."""
    if url:
        return await _play_on(out, checked_url(url), checked_settings(data_dir=data_dir))
    if data_dir is not None:
        raise SettingsWrong("--data-dir belongs to the TTA that --url names: give both, or neither")
    with TemporaryDirectory(prefix="tta-demo-") as directory:
        settings = read_settings({}, data_dir=Path(directory) / "data")
        out.print("Starting a new TTA in a temporary directory …", style="dim")
        async with own_tta(settings, Path(directory) / "tta.log") as own_url:
            return await _play_on(out, own_url, settings)


async def _play_on(out: Console, url: str, settings: Settings) -> int:
    teller = Teller(out)
    tokens = signing_tokens(settings)
    # The environment's proxies are for requests to other hosts.
    async with httpx2.AsyncClient(base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False) as client:
        stage = DemoStage(teller, client, tokens)
        try:
            await play(stage)
        except NotAsExpected as failed:
            out.print(f"Unexpected answer: {failed}", style="bold red", markup=False)
            return 1
        except httpx2.HTTPError as error:
            raise SettingsWrong(f"{url} does not answer as a TTA does ({error}): is it running?") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # The scenes parse a TTA's answers. Another server's answers fail in any of these ways.
            raise SettingsWrong(f"{url} does not answer as a TTA does: is it one?") from error
    teller.say("The whole history of that session, as the event store holds it. Words are sealed.")
    told = await replay_history(out, settings, stage.session_id, form="table", opening=False)
    if told == 0:
        out.print(f"\nAll {teller.steps} steps succeeded.", style="bold green")
    return told


def checked_url(url: str) -> str:
    """Return the given address of a TTA, without a trailing slash. Raises SettingsWrong."""
    expected = "expected the address of a TTA, such as http://127.0.0.1:8000"
    try:
        read = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise SettingsWrong(f"--url: {expected}, got {url!r} ({error})") from error
    if read.scheme not in {"http", "https"} or not read.host:
        raise SettingsWrong(f"--url: {expected}, got {url!r}")
    return url.rstrip("/")


@asynccontextmanager
async def own_tta(settings: Settings, log: Path) -> AsyncIterator[str]:
    """Run `tta dev` as a child on a free port, without this process's settings; yield its URL."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tta", "dev", "--data-dir", str(settings.data_dir), "--port", "0"),
            cwd=log.parent,
            env=environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            # Ctrl-C would reach the whole group; the demo stops its TTA in order instead.
            start_new_session=True,
        )
    try:
        yield await _told_url(process, log)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _told_url(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None, "its output is a pipe"
    with suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT_S):
            while line := await process.stdout.readline():
                found = url_pattern.search(line)
                if found:
                    return found[1].decode()
    raise SettingsWrong(f"the demo's own TTA did not start: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:].strip() or "it printed nothing"
