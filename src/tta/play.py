"""`tta play`: a story in the terminal, through the HTTP API, so that anyone can try it in a minute."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx2
from rich.console import Console

from tta.demo import own_tta
from tta.domain.vocabulary import Role
from tta.operations import checked_settings, signing_tokens
from tta.security.tokens import Tokens
from tta.settings import SettingsWrong, read_settings

REQUEST_TIMEOUT_S = 40.0
WAIT = {"Prefer": "wait=20"}
LEAVING = {"quit", "exit", "pause"}


class NotAnswered(Exception):
    """The API refused what playing needs; the message says what it told."""


class Seat:
    """A new player of their own, in one session."""

    def __init__(self, client: httpx2.AsyncClient, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens
        self._subject = f"play-{uuid4().hex[:12]}"
        self._token = tokens.mint(self._subject, [Role.SERVICE])
        self._path = ""

    async def sit_down(self, story: str) -> dict[str, Any]:
        """Register, agree to play, start the story; give how it begins."""
        registered = await self._ask("POST", "/v1/players", {"name": "You"})
        player_id = registered.json()["id"]
        self._token = self._tokens.mint(self._subject, [Role.PLAYER], player_id=player_id)
        await self._ask("PUT", f"/v1/players/{player_id}/consents/play", {"given": True})
        started = await self._ask("POST", "/v1/sessions", {"story": story})
        self._path = started.headers["Location"]
        seen = {"Consistency-Token": started.headers["Consistency-Token"], **WAIT}
        shown = (await self._ask("GET", self._path, headers=seen)).json()
        told = {"text": shown["last_reply"], "choices": shown["choices"], "ending": shown["ending"]}
        return {**told, "notice": shown["notice"]}

    async def say(self, words: str) -> dict[str, Any]:
        """Say something, and give the reply."""
        answered = await self._ask("POST", f"{self._path}/interactions", {"text": words}, headers=WAIT)
        reply: dict[str, Any] | None = answered.json().get("reply")
        if reply is None:
            raise NotAnswered("no reply came within 20 s: does a reactor run?")
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
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = uuid4().hex
        response = await self._client.request(method, path, json=body, headers=sent)
        if response.is_error:
            told = response.json()
            raise NotAnswered(f"{told.get('title')}{': ' + told['detail'] if told.get('detail') else ''}")
        return response


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
    out.print(
        "Say a number, or what you would do, in your own words; “quit” leaves, and the session is kept.\n",
        style="dim",
    )
    told = await seat.sit_down(story)
    while True:
        if told["notice"]:
            out.print(f"{told['notice']}\n", style="yellow", markup=False)
        out.print(told["text"] or "", markup=False)
        if told["ending"]:
            out.print(f"\nThe end: {told['ending'].replace('_', ' ')}.", style="bold")
            break
        for number, choice in enumerate(told["choices"], 1):
            out.print(f"  {number}  {choice['text']}", style="cyan", markup=False)
        words = await _asked(out)
        if words is None or words.casefold() in LEAVING:
            break
        told = await seat.say(words)
        out.print()
    await seat.leave(ended=bool(told["ending"]))
    return 0


async def _asked(out: Console) -> str | None:
    """Ask until something is said; None at the end of the input."""
    while True:
        try:
            words = await asyncio.to_thread(out.input, "> ")
        except EOFError:
            return None
        if words.strip():
            return words.strip()
