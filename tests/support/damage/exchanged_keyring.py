"""A separate keyring beside a `tta dev`: its files are copied, and exchanged for older, empty or foreign
ones.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from tests.support.running_tta import Dev, tta
from tta.console.dev import DEMO_PLAYER
from tta.domain.vocabulary import Role
from tta.eventstore.child_server import ChildServer

PREFERENCES = {
    "intensity": 3,
    "language": "en",
    "region": "GB",
    "time_zone": "Europe/London",
    "avoid_topics": ["storms"],
}
NEW_PLAYER = {"name": "Robin", "language": "en", "region": "GB", "time_zone": "Europe/London"}


class OwnKeyring:
    """A server whose files an operator may exchange, while a TTA runs or not."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "keyring"
        self.server = ChildServer(self.directory)

    async def start(self) -> None:
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    async def copied(self, name: str) -> Path:
        """Copy its files, like a backup; it is stopped meanwhile."""
        await self.stop()
        copy = self.directory.with_name(name)
        shutil.copytree(self.directory, copy, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
        await self.start()
        return copy

    async def becomes(self, copy: Path | None) -> None:
        """Replace its files with a copy; None leaves it empty."""
        await self.stop()
        shutil.rmtree(self.directory)
        if copy is not None:
            shutil.copytree(copy, self.directory)
        self.server = ChildServer(self.directory)
        await self.start()


class Devs:
    """Every `tta dev` that a test starts. Those that still run are stopped at its end."""

    def __init__(self) -> None:
        self._running: list[Dev] = []

    def start(self, data: Path, **settings: str) -> Dev:
        self._running.append(Dev(data, **settings))
        return self._running[-1]

    def end(self, dev: Dev) -> None:
        self._running.remove(dev)
        assert dev.end() == 0

    def end_all(self) -> None:
        for dev in tuple(self._running):
            self.end(dev)


class Player:
    """A player on a `tta dev`, with a session and something on every page."""

    def __init__(self, dev: Dev, player_id: UUID, token: str) -> None:
        self.id, self.token = player_id, token
        self.path = f"/v1/players/{player_id}"
        self._keys = (f'"{player_id}-{number}"' for number in range(1_000))
        self.session = ""
        self.words: list[str] = []
        self._did = ""
        """The consistency token of the last command."""
        self.begin(dev)

    def send(self, dev: Dev, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        answer = dev.ask(method, path, body, token=self.token, idempotency_key=next(self._keys), **headers)
        self._did = answer.headers.get("Consistency-Token", self._did)
        return answer

    def begin(self, dev: Dev) -> None:
        for method, path, body in (
            ("PUT", f"{self.path}/consents/play", {"given": True}),
            ("PUT", f"{self.path}/preferences", PREFERENCES),
            ("POST", f"{self.path}/goals", {"text": "Leave the house"}),
            ("POST", "/v1/sessions", {}),
        ):
            expects = {"if_match": "*"} if path.endswith("preferences") else {}
            answer = self.send(dev, method, path, body, **expects)
            assert answer.status_code in {200, 201}, answer.text
        self.session = f"/v1/sessions/{answer.json()['id']}"

    def say(self, dev: Dev, words: str) -> httpx2.Response:
        answer = self.send(
            dev, "POST", f"{self.session}/interactions", {"text": words}, prefer="wait=20, handling=strict"
        )
        if answer.status_code == 200:
            self.words.append(words)
        return answer

    def pages(self) -> Iterator[str]:
        yield from (self.session, f"{self.session}/interactions", "/v1/sessions", "/v1/stories/clearing")
        yield from (self.path, f"{self.path}/journey", f"{self.path}/progress")

    def must_open(self, dev: Dev) -> None:
        """Check that every page answers, and that all its values open."""
        for page in self.pages():
            seen = {"consistency_token": self._did, "prefer": "wait=20"}
            shown = dev.ask("GET", page, token=self.token, **seen)
            assert shown.status_code == 200, f"{page}: {shown.text}"
            assert shown.json().get("unreadable", []) == [], page
        told = dev.ask("GET", f"{self.session}/interactions", token=self.token).json()
        assert [each["text"] for each in told["interactions"]] == self.words
        assert all(each["reply"]["text"] for each in told["interactions"])
        assert dev.ask("GET", self.path, token=self.token).json()["name"]

    def must_be_refused(self, dev: Dev) -> None:
        """Check that every page and every command reports the missing key, and that words and questionnaires
        still get guidance.
        """
        for page in self.pages():
            must_be_incomplete(dev.ask("GET", page, token=self.token))
        for verb in ("pause", "resume", "complete", "copy"):
            must_be_incomplete(
                self.send(dev, "POST", f"{self.session}/{verb}", {} if verb == "copy" else None)
            )
        must_be_incomplete(self.send(dev, "POST", "/v1/sessions", {}))
        measure = {"measure": "phq9", "answers": [0] * 8 + [3]}
        for path, body in (
            (f"{self.session}/interactions", {"text": "I cannot go on."}),
            (f"{self.path}/measures", measure),
            (f"{self.path}/goals", {"text": "Another"}),
        ):
            document = must_be_incomplete(self.send(dev, "POST", path, body))
            assert "emergency number" in document["guidance"]["text"], document


def must_be_incomplete(answer: httpx2.Response) -> dict[str, Any]:
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (503, "keyring-incomplete"), answer.text
    return document


def demo_player(dev: Dev) -> Player:
    return Player(dev, DEMO_PLAYER, dev.token)


def register(dev: Dev, key: str) -> httpx2.Response:
    admin = dev.mint(Role.ADMIN)
    return dev.ask("POST", "/v1/players", NEW_PLAYER, token=admin, idempotency_key=f'"{key}"')


def new_player(dev: Dev, key: str) -> Player:
    made = register(dev, key)
    assert made.status_code == 201, made.text
    player_id = UUID(made.json()["id"])
    return Player(dev, player_id, dev.mint(player=player_id))


def keyring_seen(dev: Dev) -> tuple[int, dict[str, Any]]:
    """Return the status of /health, and its details about the keyring."""
    answer = dev.health()
    return answer.status_code, answer.json()["details"]["keyring"]


def findings(dev: Dev, **settings: str) -> dict[str, tuple[str, str, str]]:
    """Return the findings of `tta doctor` about the keyring."""
    done = tta("doctor", "--json", "--data-dir", dev.data_dir, **settings)
    return {
        each["what"]: (each["state"], each["found"], each["change"])
        for each in json.loads(done.stdout)["findings"]
        if "keyring" in each["what"]
    }


def events_of(dev: Dev, aggregate: str | UUID, **settings: str) -> list[dict[str, Any]]:
    """Return the decrypted history of an aggregate."""
    shown = tta(
        "replay", str(aggregate), "--data-dir", dev.data_dir, "--open", "--format", "ndjson", **settings
    )
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def log_of(dev: Dev) -> list[str]:
    return Path(dev._log.name).read_text().splitlines()
