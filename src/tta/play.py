"""`tta play`: a story in the terminal, through the HTTP API, so that anyone can try it in a minute."""

import asyncio
import os
import sys
import threading
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import httpx2
from rich.console import Console

from tta.demo import own_tta
from tta.domain.vocabulary import Role
from tta.operations import checked_settings, signing_tokens
from tta.security.tokens import Tokens
from tta.settings import SettingsWrong, read_settings

REQUEST_TIMEOUT_S = 40.0
WAIT = {"Prefer": "wait=20"}
HELD_TOGETHER = 4_096  # Bytes; what is typed comes line by line, what is piped in larger parts.
HOW = "Say a number, or what you would do, in your own words. “pause” rests, “quit” ends; Ctrl-D leaves.\n"
RESTING = "\nSay anything to go on; Ctrl-D leaves."
LEFT = "\nThe story rests where it is. Goodbye, and thank you for playing."
OVER_STATUSES = {"completed", "abandoned"}
OVER = "\nThis story is over. Goodbye, and thank you for playing."
LOST = "\nTTA cannot be reached any more. What it answered is kept there. Goodbye, and thank you for playing."


class NotAnswered(Exception):
    """The API refused what playing needs; the message says what it told."""

    def __init__(self, told: str, code: str = "") -> None:
        super().__init__(told)
        self.code = code
        """The problem's."""


class Typed:
    """The lines that are typed. A thread waits for them that the end of the process need not wait for."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    async def next(self) -> str | None:
        """Give the next line; None at the end of the input."""
        line = await self._lines.get()
        return None if line is None else line.strip()

    def _read(self) -> None:
        # Not by sys.stdin: the interpreter cannot end while a thread waits in that.
        raw, descriptor = b"", sys.stdin.fileno()
        with suppress(RuntimeError):  # The loop is closed: nobody listens any more.
            with suppress(OSError):  # The terminal is gone: there is no more.
                while part := os.read(descriptor, HELD_TOGETHER):
                    *lines, raw = (raw + part).split(b"\n")
                    self._give(*lines)
            self._give(raw)
            self._loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _give(self, *lines: bytes) -> None:
        for line in lines:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line.decode(errors="replace"))


class Seat:
    """A new player of their own, in one session."""

    def __init__(self, client: httpx2.AsyncClient, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens
        self._subject = f"play-{uuid4().hex[:12]}"
        self._player_id: UUID | None = None
        self._path = ""
        self.status = "open"
        """What the session is, as far as is known here."""

    async def sit_down(self, story: str) -> dict[str, Any]:
        """Register, agree to play, start the story; give how it begins."""
        registered = await self._ask("POST", "/v1/players", {"name": "You"})
        self._player_id = UUID(registered.json()["id"])
        await self._ask("PUT", f"/v1/players/{self._player_id}/consents/play", {"given": True})
        started = await self._ask("POST", "/v1/sessions", {"story": story})
        self._path = started.headers["Location"]
        seen = {"Consistency-Token": started.headers["Consistency-Token"], **WAIT}
        shown = (await self._ask("GET", self._path, headers=seen)).json()
        told = {"text": shown["last_reply"], "choices": shown["choices"], "ending": shown["ending"]}
        return {**told, "notice": shown["notice"]}

    async def say(self, words: str) -> dict[str, Any]:
        """Say something, and give the reply; a session that rests goes on first."""
        if self.status == "paused":
            await self._ask("POST", f"{self._path}/resume")
            self.status = "open"
        try:
            answered = await self._ask("POST", f"{self._path}/interactions", {"text": words}, headers=WAIT)
        except NotAnswered as refused:
            # From elsewhere, or because nobody played for long.
            changed = {"session-is-paused": "paused", "session-is-over": "completed"}
            self.status = changed.get(refused.code, self.status)
            raise
        told = answered.json()
        reply: dict[str, Any] | None = told.get("reply")
        if reply is None:
            raise NotAnswered("no reply came within 20 s: does a reactor run?")
        self.status = told["status"]
        return reply

    async def stories(self) -> list[str]:
        listed = (await self._ask("GET", "/v1/stories")).json()["stories"]
        return [each["id"] for each in listed]

    async def leave(self, *, ended: bool) -> None:
        """Complete the session, or pause it where the story goes on."""
        await self._ask("POST", f"{self._path}/{'complete' if ended else 'pause'}")

    async def _ask(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        # A token for each request: one game may take longer than a token is good for.
        role = Role.SERVICE if self._player_id is None else Role.PLAYER
        token = self._tokens.mint(self._subject, [role], player_id=self._player_id)
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = uuid4().hex
        response = await self._client.request(method, path, json=body, headers=sent)
        if response.is_error:
            raise _refused(response)
        return response


def _refused(response: httpx2.Response) -> NotAnswered:
    try:
        told = response.json()
    except ValueError:  # Of something in between.
        return NotAnswered(f"{response.status_code} {response.reason_phrase}")
    detail = f": {told['detail']}" if told.get("detail") else ""
    return NotAnswered(f"{told.get('title')}{detail}", told.get("code", ""))


async def play_story(out: Console, story: str, *, url: str, data_dir: Path | None) -> int:
    """Play until the story ends or its player leaves; return 1 where it cannot be played."""
    async with AsyncExitStack() as stack:
        if url:
            settings = checked_settings(data_dir=data_dir)
        elif data_dir is not None:
            raise SettingsWrong("--data-dir belongs to the TTA that --url names: give both, or neither")
        else:
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="tta-play-")))
            settings = read_settings({}, data_dir=directory / "data")
            out.print("Starting a TTA of its own in a temporary directory …", style="dim")
            url = await stack.enter_async_context(own_tta(settings, directory / "tta.log"))
        client = httpx2.AsyncClient(base_url=url.rstrip("/"), timeout=REQUEST_TIMEOUT_S, trust_env=False)
        await stack.enter_async_context(client)
        try:
            return await _play(out, Seat(client, signing_tokens(settings)), story)
        except NotAnswered as refused:
            out.print(f"tta: {refused}", style="bold red", markup=False)
            return 1
        except httpx2.HTTPError as error:
            raise SettingsWrong(f"{url} does not answer as a TTA does ({error}): is it running?") from error


async def _play(out: Console, seat: Seat, story: str) -> int:
    known = await seat.stories()
    if story not in known:
        raise NotAnswered(f"there is no story {story!r}; there are {', '.join(known)}")
    out.print(HOW, style="dim")
    told = await seat.sit_down(story)
    try:
        try:
            left = await _turns(out, seat, told)
        except asyncio.CancelledError:  # By Ctrl-C, which may come while an answer is on its way.
            out.print(LEFT, style="dim")
            await seat.leave(ended=False)
            raise
        if left:
            await seat.leave(ended=False)
    except httpx2.HTTPError:
        out.print(LOST, style="bold red")
        return 1
    return 0


async def _turns(out: Console, seat: Seat, told: dict[str, Any]) -> bool:
    """Play turn by turn to the end of the story; say whether its player left it before."""
    typed = Typed()
    _show(out, told)
    while True:
        if told["ending"]:
            out.print(f"\nThe end: {told['ending'].replace('_', ' ')}.", style="bold")
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
        except NotAnswered as refused:
            if not refused.code:
                raise
            out.print(f"tta: {refused}", style="yellow", markup=False)
        else:
            out.print()
            _show(out, told)


def _show(out: Console, told: dict[str, Any]) -> None:
    if told["notice"]:
        out.print(f"{told['notice']}\n", style="yellow", markup=False)
    out.print(told["text"] or "", markup=False)
    for number, choice in enumerate(told["choices"], 1):
        out.print(f"  {number}  {choice['text']}", style="cyan", markup=False)
