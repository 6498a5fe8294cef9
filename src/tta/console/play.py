"""`tta play`: play a story in the terminal, through the HTTP API."""

import asyncio
import os
import re
import sys
import threading
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import TypeVar
from uuid import UUID, uuid4

import httpx2
import msgspec
from rich.console import Console
from rich.text import Text

from tta.app.settings import SettingsWrong, read_settings
from tta.console.demo import checked_url, own_tta
from tta.console.operations import checked_settings, signing_tokens
from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens
from tta.terminal import typed_text

REQUEST_TIMEOUT_S = 40.0
WAIT = {"Prefer": "wait=20"}
HELD_TOGETHER = 4_096  # Bytes. Typed input arrives line by line, piped input in larger parts.
HOW = "Type a number, or what you do, in your own words. “pause” pauses, “quit” ends, Ctrl-D leaves.\n"
RESTING = "\nThe story is paused. Type anything to go on; Ctrl-D leaves."
LEFT = "\nThe story is paused. Goodbye, and thank you for playing."
OVER_STATUSES = {"completed", "abandoned"}
OVER = "\nThis story is over. Goodbye, and thank you for playing."
LOST = "\nTTA cannot be reached any more. It has kept your turns. Goodbye, and thank you for playing."

emphasis_pattern = re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)")


class OfferedChoice(msgspec.Struct, frozen=True):
    text: str


class ToldReply(msgspec.Struct, frozen=True):
    """The shown parts of a reply, or of the story's beginning."""

    text: str | None
    choices: tuple[OfferedChoice, ...]
    ending: str | None
    notice: str | None


class BegunSession(msgspec.Struct, frozen=True):
    last_reply: str | None
    choices: tuple[OfferedChoice, ...]
    ending: str | None
    notice: str | None


class TakenTurn(msgspec.Struct, frozen=True):
    reply: ToldReply | None = None
    status: str | None = None


class NamedStory(msgspec.Struct, frozen=True):
    id: str


class Stories(msgspec.Struct, frozen=True):
    stories: tuple[NamedStory, ...]


class PlayerAccount(msgspec.Struct, frozen=True):
    id: UUID


class RefusalDocument(msgspec.Struct, frozen=True):
    """A problem document."""

    title: str
    code: str
    detail: str | None = None


Answer = TypeVar("Answer")


class OddAnswer(Exception):
    """The answer does not come from a TTA, or was changed on the way; the message contains it."""


class PlayRefused(Exception):
    """The API refused a request that playing needs; the message contains the problem."""

    def __init__(self, told: str, code: str = "") -> None:
        super().__init__(told)
        self.code = code
        """The problem's code."""


class TypedLines:
    """The lines that the player types. They are read in a daemon thread, which does not delay the exit."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    async def next(self) -> str | None:
        """Return the next line; None at the end of the input."""
        line = await self._lines.get()
        return None if line is None else line.strip()

    def _read(self) -> None:
        # Do not use sys.stdin: the interpreter cannot exit while a thread waits in it.
        raw, descriptor = b"", sys.stdin.fileno()
        with suppress(RuntimeError):  # The loop is closed: no task waits any more.
            with suppress(OSError):  # The terminal is gone: this is the end of the input.
                while part := os.read(descriptor, HELD_TOGETHER):
                    *lines, raw = (raw + part).split(b"\n")
                    self._give(*lines)
            if raw:
                self._give(raw)
            self._loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _give(self, *lines: bytes) -> None:
        for line in lines:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, typed_text(line))


class Seat:
    """A new player in one session."""

    def __init__(self, client: httpx2.AsyncClient, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens
        self._subject = f"play-{uuid4().hex[:12]}"
        self._player_id: UUID | None = None
        self._path = ""
        self.status = "open"
        """The last known status of the session."""

    async def sit_down(self, story: str) -> ToldReply:
        """Register, consent to play and start the story; return its beginning."""
        registered = await self._ask("POST", "/v1/players", {"name": "You"})
        self._player_id = _read(registered, PlayerAccount).id
        await self._ask("PUT", f"/v1/players/{self._player_id}/consents/play", {"given": True})
        started = await self._ask("POST", "/v1/sessions", {"story": story})
        self._path = started.headers.get("Location", "")
        seen = {"Consistency-Token": started.headers.get("Consistency-Token", ""), **WAIT}
        begun = _read(await self._ask("GET", self._path, headers=seen), BegunSession)
        return ToldReply(begun.last_reply, begun.choices, begun.ending, begun.notice)

    async def say(self, words: str) -> ToldReply:
        """Say something and return the reply. A paused session is resumed first."""
        if self.status == "paused":
            await self._ask("POST", f"{self._path}/resume")
            self.status = "open"
        try:
            answered = await self._ask("POST", f"{self._path}/interactions", {"text": words}, headers=WAIT)
        except PlayRefused as refused:
            # Another client changed the session, or it was abandoned for idleness.
            changed = {"session-is-paused": "paused", "session-is-over": "completed"}
            self.status = changed.get(refused.code, self.status)
            raise
        taken = _read(answered, TakenTurn)
        if taken.reply is None:
            raise PlayRefused("there was no reply within 20 s: is a reactor running?")
        self.status = taken.status or self.status
        return taken.reply

    async def stories(self) -> list[str]:
        return [each.id for each in _read(await self._ask("GET", "/v1/stories"), Stories).stories]

    async def leave(self, *, ended: bool) -> None:
        """Complete the session, or pause it if the story is not over."""
        await self._ask("POST", f"{self._path}/{'complete' if ended else 'pause'}")

    async def _ask(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        # Each request has its own token, because a game may take longer than a token is valid.
        role = Role.SERVICE if self._player_id is None else Role.PLAYER
        token = self._tokens.mint(self._subject, [role], player_id=self._player_id)
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = uuid4().hex
        response = await self._client.request(method, path, json=body, headers=sent)
        if response.is_error:
            told = _read(response, RefusalDocument)
            raise PlayRefused(f"{told.title}{f': {told.detail}' if told.detail else ''}", told.code)
        if not response.is_success:
            raise OddAnswer(_status(response))
        return response


def _read(response: httpx2.Response, kind: type[Answer]) -> Answer:
    """Read an answer. Raises OddAnswer."""
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OddAnswer(f"{_status(response)}, and not as JSON of the API") from error


def _status(response: httpx2.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".rstrip()


async def play_story(out: Console, story: str, *, url: str, data_dir: Path | None) -> int:
    """Play until the story ends or the player leaves; return 1 if it cannot be played."""
    async with AsyncExitStack() as stack:
        if url:
            url = checked_url(url)
            settings = checked_settings(data_dir=data_dir)
        elif data_dir is not None:
            raise SettingsWrong("--data-dir belongs to the TTA that --url names: give both, or neither")
        else:
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="tta-play-")))
            settings = read_settings({}, data_dir=directory / "data")
            out.print("Starting a new TTA in a temporary directory …", style="dim")
            url = await stack.enter_async_context(own_tta(settings, directory / "tta.log"))
        client = httpx2.AsyncClient(base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False)
        await stack.enter_async_context(client)
        try:
            return await _play(out, Seat(client, signing_tokens(settings)), story)
        except PlayRefused as refused:
            out.print(f"tta: {refused}", style="bold red", markup=False)
            return 1
        except (httpx2.HTTPError, OddAnswer) as error:
            raise SettingsWrong(f"{url} does not answer as a TTA does ({error}): is it running?") from error


async def _play(out: Console, seat: Seat, story: str) -> int:
    known = await seat.stories()
    if story not in known:
        raise PlayRefused(f"there is no story {story!r}; the stories are {', '.join(known)}")
    out.print(HOW, style="dim")
    told = await seat.sit_down(story)
    try:
        try:
            left = await _turns(out, seat, told)
        except asyncio.CancelledError:  # Ctrl-C, perhaps while an answer is on its way.
            out.print(LEFT, style="dim")
            await seat.leave(ended=False)
            raise
        if left:
            await seat.leave(ended=False)
    except (httpx2.HTTPError, OddAnswer):
        out.print(LOST, style="bold red")
        return 1
    return 0


async def _turns(out: Console, seat: Seat, told: ToldReply) -> bool:
    """Play turn by turn to the end of the story; return whether the player left before it."""
    typed = TypedLines()
    _show(out, told)
    while True:
        if told.ending:
            out.print(f"\nThe end: {told.ending.replace('_', ' ')}.", style="bold")
            await seat.leave(ended=True)
            return False
        if seat.status in OVER_STATUSES:
            out.print(OVER, style="dim")
            return False
        if seat.status == "paused":
            out.print(RESTING, style="dim")
        out.print("> ", end="")
        words = await typed.next()
        if words is None:
            out.print(LEFT, style="dim")
            return True
        if not words:
            continue
        try:
            told = await seat.say(words)
        except PlayRefused as refused:
            if not refused.code:
                raise
            out.print(f"tta: {refused}", style="yellow", markup=False)
        else:
            out.print()
            _show(out, told)


def _show(out: Console, told: ToldReply) -> None:
    if told.notice:
        out.print(f"{told.notice}\n", style="yellow", markup=False)
    out.print(_emphasised(told.text or ""))
    for number, choice in enumerate(told.choices, 1):
        first, others = f"  {number}  ", " " * (4 + len(str(number)))
        lines = fill(choice.text, out.width, initial_indent=first, subsequent_indent=others)
        out.print(_emphasised(lines), style="cyan")


def _emphasised(text: str) -> Text:
    """Show text between underscores in italics, as stories mark emphasis."""
    parts = emphasis_pattern.split(text)
    return Text.assemble(*((part, "italic" if index % 2 else "") for index, part in enumerate(parts)))
