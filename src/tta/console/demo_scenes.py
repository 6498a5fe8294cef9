"""The demo's scenario: a player registers, plays, makes mistakes, pauses and looks back."""

import json
import random
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import httpx2
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens

REPLY_WAIT_S, FRESH_WAIT_S = 20, 10
STORY_WAIT = {"Prefer": f"wait={REPLY_WAIT_S}"}
TURNS_MAX = 60  # The longest observed path through a story took half as many.
ASKED = ("Idempotency-Key", "If-Match", "Prefer", "Consistency-Token")
TOLD = (
    "ETag",
    "Location",
    "Consistency-Token",
    "Consistency",
    "Idempotency-Replayed",
    "Preference-Applied",
)
"""The headers that are shown."""
OF_PROBLEMS = ("code", "title", "detail", "current_version")

Json = dict[str, Any]


class NotAsExpected(Exception):
    """An answer differs from the scenario; the message prints both sides."""


class Teller:
    """Prints what happens, and why, in the width of the terminal."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self.steps = 0

    def say(self, sentence: str) -> None:
        """Begin a step with its description."""
        self.steps += 1
        self._out.print(f"\n[bold cyan]{self.steps:2}.[/] [bold]{sentence}[/]")

    def show(self, request: httpx2.Request, response: httpx2.Response) -> None:
        """Show the exchange: the lines and headers that matter, and the JSON."""
        path = request.url.raw_path.decode()
        self._line(f"{request.method} {path}", style="yellow", headers=request.headers, names=ASKED)
        self._json(request.content)
        status = HTTPStatus(response.status_code)
        style = "green" if status < HTTPStatus.BAD_REQUEST else "magenta"
        self._line(f"{status.value} {status.phrase}", style=style, headers=response.headers, names=TOLD)
        self._json(response.content)

    def _line(self, text: str, *, style: str, headers: httpx2.Headers, names: tuple[str, ...]) -> None:
        line = Text(text, style=style)
        for name in names:
            if name in headers:
                line.append(f"   {name}: ", style="dim").append(headers[name], style="default")
        self._indented(line)

    def _json(self, raw: bytes) -> None:
        try:
            body = json.loads(raw)
        except ValueError:
            return  # There is no body, or none of a TTA: the status is enough.
        if "trace_id" in body:
            body = {name: body[name] for name in OF_PROBLEMS if name in body}
        shown = json.dumps(body, ensure_ascii=False)
        self._indented(Text(shown, style="dim"))

    def _indented(self, text: Text) -> None:
        self._out.print(Padding(text, (0, 0, 0, 4), expand=False))


class DemoStage:
    """The participants, and the values that the scenes pass on to each other."""

    def __init__(self, teller: Teller, client: httpx2.AsyncClient, tokens: Tokens) -> None:
        self._teller = teller
        self._client = client
        self._tokens = tokens
        self._run = uuid4().hex[:8]  # A second run on the same TTA must not be a retry of the first.
        self.player_id = self.session_id = UUID(int=0)
        self.turns = 0
        self.token = self.mint("demo-service", Role.SERVICE)

    def mint(self, subject: str, role: Role, player_id: UUID | None = None) -> str:
        return self._tokens.mint(f"{subject}-{self._run}", [role], player_id=player_id)

    async def send(
        self,
        why: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        expects: int = 200,
        code: str = "",
        key: str = "",
        headers: dict[str, str] | None = None,
        token: str = "",
    ) -> httpx2.Response:
        """Send one request and show it. Raises NotAsExpected if the status or the problem code differs."""
        self._teller.say(why)
        sent = {"Authorization": f"Bearer {token or self.token}", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = f"{self._run}-{key or self._teller.steps}"
        response = await self._client.request(method, path, json=body, headers=sent)
        self._teller.show(response.request, response)
        require(response.status_code == expects, f"expected {expects}, got {response.status_code}")
        if code:
            told = response.json().get("code")
            require(told == code, f"expected the problem {code!r}, got {told!r}")
        return response


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotAsExpected(otherwise)


async def play(stage: DemoStage) -> None:
    """Play every scene in order. Raises NotAsExpected."""
    await a_player_comes(stage)
    await a_session_is_played(stage)
    await a_command_is_sent_again(stage)
    await a_writer_reads_their_own_write(stage)
    await a_session_rests(stage)
    await the_story_is_played_to_its_end(stage)
    await a_stranger_looks(stage)
    await the_journey_is_looked_back_on(stage)


async def a_player_comes(stage: DemoStage) -> None:
    registered = await stage.send(
        "A service registers a player. The answer names the new resource and its version.",
        *("POST", "/v1/players", {"name": "Robin", "region": "GB", "time_zone": "Europe/London"}),
        expects=201,
    )
    stage.player_id = UUID(registered.json()["id"])
    stage.token = stage.mint("demo-player", Role.PLAYER, stage.player_id)
    player = f"/v1/players/{stage.player_id}"
    await stage.send(
        "From here on the player acts. Without their consent a start is refused.",
        *("POST", "/v1/sessions", {"story": "clearing"}),
        expects=409,
        code="consent-missing",
    )
    agreed = await stage.send(
        "They agree to play. The ETag is the version of the player, which now has two events.",
        *("PUT", f"{player}/consents/play", {"given": True, "version": 1}),
    )
    wishes = {"intensity": 2, "language": "en", "region": "GB", "time_zone": "Europe/London"}
    wishes |= {"avoid_topics": ["spiders"], "approaches": ["mindfulness"]}
    await stage.send(
        "New preferences replace all old ones, so the request names the version it replaces: If-Match.",
        *("PUT", f"{player}/preferences", wishes),
        headers={"If-Match": agreed.headers["ETag"]},
    )
    await stage.send(
        "Another device still has the old version. It gets the current one, and nothing is overwritten.",
        *("PUT", f"{player}/preferences", {**wishes, "intensity": 5}),
        headers={"If-Match": agreed.headers["ETag"]},
        expects=412,
        code="version-mismatch",
    )


async def a_session_is_played(stage: DemoStage) -> None:
    started = await stage.send(
        "The player starts a session of a story.",
        *("POST", "/v1/sessions", {"story": "clearing"}),
        expects=201,
    )
    stage.session_id = UUID(started.json()["id"])


async def a_command_is_sent_again(stage: DemoStage) -> None:
    path = f"/v1/sessions/{stage.session_id}/interactions"
    said = {"text": "I look around and take a slow breath."}
    first = await stage.send(
        "They say something, and wait for the story's reply, which a reactor writes exactly once.",
        *("POST", path, said),
        key="turn-1",
        headers=STORY_WAIT,
    )
    require("reply" in first.json(), f"expected a reply within {REPLY_WAIT_S} s, got none")
    again = await stage.send(
        "The connection was lost, so the client sends the same request again: same answer, one effect.",
        *("POST", path, said),
        key="turn-1",
        headers=STORY_WAIT,
    )
    require(again.headers.get("Idempotency-Replayed") == "true", "expected a replayed answer, got a new one")
    require(again.json() == first.json(), f"expected {first.json()}, got {again.json()}")
    await stage.send(
        "The same key with other words is a mistake of the client, and is refused.",
        *("POST", path, {"text": "I run."}),
        key="turn-1",
        expects=422,
        code="idempotency-key-reused",
    )


async def a_writer_reads_their_own_write(stage: DemoStage) -> None:
    path = f"/v1/sessions/{stage.session_id}"
    chosen = await stage.send(
        "A choice instead of words. The Consistency-Token identifies this change.",
        *("POST", f"{path}/interactions", {"choice": "follow-the-path", "turn": 2}),
    )
    token = chosen.headers["Consistency-Token"]
    shown = await stage.send(
        "A query with the token is sure to see that change, on any process: read your own writes.",
        *("GET", path),
        headers={"Consistency-Token": token, "Prefer": f"wait={FRESH_WAIT_S}, handling=strict"},
    )
    require(shown.headers.get("Consistency") == "fresh", f"expected fresh, got {shown.headers}")
    require(shown.json()["turn"] == 2, f"expected turn 2, got {shown.json()['turn']}")


async def a_session_rests(stage: DemoStage) -> None:
    path = f"/v1/sessions/{stage.session_id}"
    await stage.send("The player pauses, which is possible at any time.", "POST", f"{path}/pause")
    await stage.send(
        "A paused session accepts no words. The problem document says which rule refused them.",
        *("POST", f"{path}/interactions", {"text": "Hello?"}),
        expects=409,
        code="session-is-paused",
    )
    await stage.send("They come back.", "POST", f"{path}/resume")


async def the_story_is_played_to_its_end(stage: DemoStage) -> None:
    path = f"/v1/sessions/{stage.session_id}/interactions"
    said: Json = {"text": "look"}
    why = "They look around, in their own words. The story says where they are, and which choices are open."
    chance = random.Random(stage.session_id.int)  # noqa: S311 - A way through a story, not a secret.
    for stage.turns in range(3, TURNS_MAX + 1):
        reply = (await stage.send(why, "POST", path, said, headers=STORY_WAIT)).json().get("reply")
        require(reply is not None, f"expected a reply within {REPLY_WAIT_S} s, got none")
        if reply["ending"]:
            return
        offers_nothing = (
            f"expected choices or an ending, got neither from the {reply['author']}: {reply['text']}"
        )
        require(bool(reply["choices"]), offers_nothing)
        taken = chance.choice(reply["choices"])
        said, why = {"choice": taken["id"]}, f"“{taken['text']}”"
    raise NotAsExpected(f"expected an ending within {TURNS_MAX} turns, got none")


async def a_stranger_looks(stage: DemoStage) -> None:
    stranger = stage.mint("demo-stranger", Role.PLAYER, uuid4())
    await stage.send(
        "Another player requests the session. For them it does not exist.",
        *("GET", f"/v1/sessions/{stage.session_id}"),
        token=stranger,
        expects=404,
        code="not-found",
    )


async def the_journey_is_looked_back_on(stage: DemoStage) -> None:
    done = await stage.send(
        "The player completes the session.", "POST", f"/v1/sessions/{stage.session_id}/complete"
    )
    journey = await stage.send(
        "Their journey, a read model in the graph: the session, its turns, its scenes and skills.",
        *("GET", f"/v1/players/{stage.player_id}/journey"),
        headers={
            "Consistency-Token": done.headers["Consistency-Token"],
            "Prefer": f"wait={FRESH_WAIT_S}, handling=strict",
        },
    )
    played = [(each["id"], each["status"], each["turns"]) for each in journey.json()["sessions"]]
    expected = [(str(stage.session_id), "completed", stage.turns)]
    require(played == expected, f"expected {expected}, got {played}")
