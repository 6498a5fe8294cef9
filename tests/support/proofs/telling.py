"""Sends personal words to a TTA whose files are then searched, in accepted and refused requests."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
from redis.asyncio import Redis

from tests.support.proofs.retrying_client import Api, Player, Sent
from tests.support.proofs.system import STORE, System, until
from tta.app.aggregates import event_types
from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, Commands, handle
from tta.commands.player_queues import PlayerQueues
from tta.domain.identity import derived_id
from tta.domain.passages import Wishes
from tta.domain.safety_record import PlaceSafetyHold, ReleaseSafetyHold
from tta.domain.targets import record_target
from tta.domain.vocabulary import RiskLevel, Role
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import Causation
from tta.reactors.answering import HELD_SENTENCE
from tta.security.key_files import read_key_encryption_keys
from tta.security.keyring import Keyring
from tta.stories.playing.narrating import opening
from tta.stories.playing.standing import UNSURE
from tta.stories.story import catalogue

STORY = catalogue()["clearing"][1]
OPENING = opening(STORY, UUID(int=1), Wishes()).text
ANSWER = f"{UNSURE} These ways are open:"
TURNS = 55  # Two events each, to exceed version 100, where snapshots begin.


class Words:
    """Unique words. Each names the field in which it was sent."""

    def __init__(self) -> None:
        self.common = "Zq" + secrets.token_hex(20)
        """The search text: all words begin with it."""

    def __call__(self, field: str) -> str:
        return f"{self.common}-{field.replace(' ', '-')}"


class Scene(NamedTuple):
    """A running TTA, the words sent to it, and the places where it may have kept them."""

    system: System
    api: Api
    words: Words
    clear: str
    """Words that are not secret: they must be found, in a choice's id and an account's name."""
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    places: dict[str, tuple[Path, str]]
    """The files of TTA and its servers, as patterns in directories. Each is searched completely."""


def preferences(words: Words, topic: str) -> dict[str, Any]:
    return {
        "intensity": 2,
        "language": "en",
        "region": "GB",
        "time_zone": "Etc/UTC",
        "avoid_topics": [words(topic), "Ravens"],
        "trigger_warnings": [words("warning")],
        "emergency_contact": words("contact"),
    }


async def tell(scene: Scene, player: Player) -> str:
    """Fill every personal field over HTTP, in accepted commands."""
    words = scene.words
    made = await player.ask("POST", "/v1/players", {"name": words("name")})
    player.become(UUID(made.body["id"]))
    path = f"/v1/players/{player.id}"
    await player.ask("PUT", f"{path}/consents/play", {"given": True})
    await player.ask("PUT", f"{path}/preferences", preferences(words, "topic"), if_match='"v2"')
    session = str((await player.ask("POST", "/v1/sessions", {"story": STORY.id})).body["id"])
    unknown = {"choice": f"{scene.clear}-choice"}
    await player.ask("POST", f"/v1/sessions/{session}/interactions", unknown, prefer="wait=20")
    for turn in range(TURNS):
        said = await player.say(session, f"{words('words')} {words(f'words {turn % 3}')}", wait_s=20)
        assert said.reply is not None
        assert said.reply["text"].startswith(ANSWER)
    for number in range(51):
        await player.ask("PUT", f"{path}/consents/research", {"given": number % 2 == 0})
    for answer in player.answers[:12]:
        await player.retry(answer)
    await tell_the_care_plan(player, words)
    return session


async def tell_the_care_plan(player: Player, words: Words) -> None:
    path = f"/v1/players/{player.id}"
    goal = (await player.ask("POST", f"{path}/goals", {"text": words("goal")})).body["goal_id"]
    progress = {"goal_id": goal, "attainment": 1, "note": words("note")}
    await player.ask("POST", f"{path}/progress", progress)
    await player.ask("POST", f"{path}/goals/{goal}/milestones", {"text": words("milestone")})


def refused(player: Player, words: Words, session: str) -> list[tuple[int, str, str, Any]]:
    """Yield refused requests with words, each with the expected status."""
    interactions, mine = f"/v1/sessions/{session}/interactions", f"/v1/players/{player.id}"
    return [
        (422, "POST", interactions, {"text": words("too long") * 80}),
        (422, "POST", interactions, {"text": words("much too long") * 1_000}),
        (413, "POST", interactions, {"text": words("far too long") * 30_000}),
        (422, "POST", interactions, {"text": words("beside a choice"), "choice": "left"}),
        (422, "POST", interactions, {"text": words("beside a turn"), "turn": words("as a turn")}),
        (422, "POST", interactions, {"choice": f"{words('as a choice')} !"}),
        (422, "POST", interactions, {words("as a field"): words("in a field")}),
        (422, "POST", interactions, [words("in a list")]),
        (409, "POST", interactions, {"text": words("out of turn"), "turn": 3}),
        (404, "POST", f"/v1/sessions/{words('in a path')}/interactions", {"text": words("to nobody")}),
        (422, "POST", "/v1/players", {"name": words("long name") * 20}),
        (422, "POST", "/v1/players", {"name": words("misplaced"), "language": words("as a language")}),
        (422, "PUT", f"{mine}/preferences", {"avoid_topics": words("no list")}),
        (422, "POST", f"{mine}/goals", {"text": words("long goal") * 15}),
        (422, "POST", f"{mine}/progress", {"goal_id": words("as a goal"), "attainment": 1}),
        (404, "POST", f"{mine}/goals/{session}/milestones", {"text": words("milestone of no goal")}),
        (412, "PUT", f"{mine}/preferences", preferences(words, "late topic")),
        (404, "PUT", f"{mine}/consents/{words('as a purpose')}", {"given": True}),
        (404, "GET", f"/v1/sessions/{session}x?text={words('in a query for nothing')}", None),
        (422, "GET", f"/v1/sessions/{session}?text={words('in a query')}", None),
    ]


async def tell_what_is_refused(scene: Scene, player: Player, session: str) -> None:
    words, path = scene.words, f"/v1/sessions/{session}"
    await player.ask("POST", f"{path}/pause")
    paused = player.sent("POST", f"{path}/interactions", {"text": words("refused as paused")})
    assert (await scene.api.once(paused)).json()["code"] == "session-is-paused"
    await player.ask("POST", f"{path}/resume")
    for status, method, where, body in refused(player, words, session):
        sent = player.sent(method, where, body, if_match='"v1"' if "preferences" in where else "*")
        if where == "/v1/players":
            sent = sent._replace(token=scene.system.mint(player.name))
        try:
            response = await scene.api.once(sent)
        except httpx2.TransportError:
            assert status == 413, "only what is too large to be read may be cut off"
        else:
            assert response.status_code == status, f"{method} {where}: {response.text}"
    before = next(each.sent for each in player.answers if each.sent.path.endswith("interactions"))
    reused = before._replace(body={"text": words("another payload")})
    assert (await scene.api.once(reused)).json()["code"] == "idempotency-key-reused"
    await tell_what_is_no_json(scene, before)


async def tell_what_is_no_json(scene: Scene, before: Sent) -> None:
    for status, kind, text in (
        (400, "application/json", f'{{"text": "{scene.words("malformed")}'),
        (400, "application/json", f'{{"text": {scene.words("unquoted")}}}'),
        (415, "text/plain", scene.words("as text")),
    ):
        headers = {"Authorization": f"Bearer {before.token}", "Content-Type": kind, "Idempotency-Key": '"x"'}
        response = await scene.api.http.post(before.path, content=text, headers=headers)
        assert response.status_code == status, response.text


async def tell_the_safety_record(scene: Scene, player: Player, session: str) -> None:
    """Place a hold and release it, with reasons; send words while it stands."""
    system = scene.system
    store = await system.store()
    wrapping = read_key_encryption_keys(system.keys / "key-encryption.json", create=False)
    keyring = await Keyring.open(system.valkey.url, STORE, wrapping, Durability("fsync"))
    commands = Commands(Aggregates(store, event_types()), keyring, PlayerQueues())

    async def decided(command: PlaceSafetyHold | ReleaseSafetyHold) -> None:
        command_id = derived_id("proof", secrets.token_bytes(16))
        about = Causation(
            actor="proof", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        await handle(
            commands,
            record_target(player.id),
            command,
            CommandContext(about),
            player_id=player.id,
        )

    now = datetime.now(UTC)
    reason = scene.words("reason to hold")
    await decided(PlaceSafetyHold(reason=reason, level=RiskLevel.HIGH, by=Role.ON_CALL, at=now))
    said = await player.say(session, scene.words("said on hold"), wait_s=20)
    assert said.reply is not None
    assert said.reply["text"] == HELD_SENTENCE
    await decided(ReleaseSafetyHold(reason=scene.words("reason to release"), by=Role.ON_CALL, at=now))
    await keyring.close()
    await store.close()


async def speak_to_a_store_that_is_gone(scene: Scene, player: Player, session: str) -> None:
    """Kill the store during a command: the API's log must not contain the words."""
    sent = player.sent("POST", f"/v1/sessions/{session}/interactions", {"text": scene.words("last words")})
    await scene.system.valkey.kill()
    asking = asyncio.create_task(scene.api.once(sent))
    response = await asking
    assert response.status_code == 503, response.text
    await scene.system.valkey.start()
    player.answers.append(await scene.api.until_answered(sent))


async def speak_under_a_broken_key(scene: Scene, player: Player) -> None:
    """Cause a fault of ours: it is logged with every frame that had the words, but without the words.

    The parts start while the key is broken, because a part with a cached key would not notice.
    """
    body = preferences(scene.words, "topic that no key seals")
    sent = player.sent("PUT", f"/v1/players/{player.id}/preferences", body, if_match="*")
    entry = f"{{{STORE}}}:keyring:{player.id}"
    async with Redis(unix_socket_path=str(scene.system.valkey.socket), protocol=2) as client:
        kept: Any = await client.hgetall(entry)
        await client.hset(entry, mapping={name: value[:-1] + b"?" for name, value in kept.items()})
        await scene.start()
        response = await scene.api.once(sent)
        await client.hset(entry, mapping=kept)
    assert response.status_code == 503, response.text

    async def logged() -> bool:
        return "does not unwrap" in (scene.system.directory / "api.log").read_text()

    await until(logged)
