"""No personal word is found in the clear in any file, log or key of a TTA that was given it."""

import asyncio
import base64
import random
import secrets
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.support.proofs.plaintext_search import CHUNK, files, sightings
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import Part, System, until
from tests.support.proofs.telling import (
    ANSWER,
    OPENING,
    Scene,
    Words,
    speak_to_a_store_that_is_gone,
    speak_under_a_broken_key,
    tell,
    tell_the_safety_record,
    tell_what_is_refused,
)
from tta.reactors.answering import HELD_SENTENCE


async def must_show(scene: Scene, player: Player, session: str, words: str) -> None:
    """Wait until the read model has caught up with the last words."""

    async def shown() -> bool:
        response = await scene.api.once(player.sent("GET", f"/v1/sessions/{session}"))
        return response.is_success and response.json()["last_text"] == words

    await until(shown)


async def must_be_read_back(scene: Scene, player: Player, session: str) -> None:
    """The player can still read the words: they were stored, not dropped."""
    await must_show(scene, player, session, scene.words("last words"))
    person = (await scene.api.once(player.sent("GET", f"/v1/players/{player.id}"))).json()
    assert person["name"] == scene.words("name")
    assert person["preferences"]["avoid_topics"] == [scene.words("topic"), "Ravens"]
    assert person["preferences"]["emergency_contact"] == scene.words("contact")
    progress = (await scene.api.once(player.sent("GET", f"/v1/players/{player.id}/progress"))).json()
    (goal,) = progress["goals"]
    (milestone,) = goal["milestones"]
    kept = {"goal": goal["text"], "note": goal["note"], "milestone": milestone["text"]}
    assert kept == {field: scene.words(field) for field in kept}


async def write_everything_out(system: System) -> None:
    """Have Valkey write every kind of file that it has; and see that there is what may give words away."""
    async with Redis(unix_socket_path=str(system.valkey.socket), protocol=2) as client:
        # Compressed, a word could hide from the search.
        await client.config_set("rdbcompression", "no")
        await client.save()
        await client.bgrewriteaof()

        async def rewritten() -> bool:
            return not (await client.info("persistence"))["aof_rewrite_in_progress"]

        await until(rewritten)
        names = [name async for name in client.scan_iter(count=1_000)]
        assert any(b":snap:" in name for name in names), "no snapshot was kept, so none is searched"
        assert any(b":keyring:" in name for name in names), "no key was kept, so none is searched"
        with (system.directory / "every-key").open("ab") as file:
            for name in names:
                file.write(name + await client.dump(name))


def must_hold_no_word(scene: Scene) -> int:
    """Search everything; and prove that the search finds what is there. Returns how many files there are."""
    everywhere = dict.fromkeys([scene.system.directory, *(base for base, _ in scene.places.values())])
    secret = [scene.words.common, OPENING[:60], ANSWER, HELD_SENTENCE[:60]]
    assert list(sightings(secret, everywhere)) == []
    for place, (base, pattern) in scene.places.items():
        found = list(sightings([scene.clear], base.glob(pattern)))
        assert found, f"{place}: not even what is no secret was found, so the search proves nothing"
    return sum(1 for _ in files(everywhere))


async def play_and_search(scene: Scene, chance: random.Random, *, thoroughly: bool) -> None:
    player = Player(scene.api, scene.system.mint, f"{scene.clear}-account", chance)
    session = await tell(scene, player)
    await tell_what_is_refused(scene, player, session)
    await tell_the_safety_record(scene, player, session)
    await write_everything_out(scene.system)
    await must_show(scene, player, session, scene.words("said on hold"))
    before = must_hold_no_word(scene)
    if thoroughly:
        await speak_to_a_store_that_is_gone(scene, player, session)
        await scene.stop()
        await speak_under_a_broken_key(scene, player)
    else:
        await player.say(session, scene.words("last words"))
        await scene.stop()
        await scene.start()
    await must_be_read_back(scene, player, session)
    await write_everything_out(scene.system)
    after = must_hold_no_word(scene)
    await scene.api.close()
    print(f"{before} and {after} files hold none of the words of {len(player.answers)} commands")


def scene_of(system: System, parts: list[Part], graph: tuple[Path, str], server: Any = None) -> Scene:
    """Set the scene on parts of which the first serves; with a server of Neo4j, that is stopped with them."""

    async def start() -> None:
        if server is not None:
            await asyncio.to_thread(server.start)
        for part in parts:
            await part.start()

    async def stop() -> None:
        for part in parts:
            await part.stop()
        if server is not None:
            # Its transaction logs hold everything at once; its other files only when it stops.
            await asyncio.to_thread(server.stop)

    home, url = system.directory, parts[0].url
    places = {
        "append-only file": (home, "valkey/appendonlydir/*"),
        "snapshot file": (home, "valkey/dump.rdb"),
        "every key": (home, "every-key"),
        "graph": graph,
        "logs": (home, "api.log"),
    }
    return Scene(system, Api(url), Words(), "Clear" + secrets.token_hex(18), start, stop, places)


async def test_no_word_is_in_the_clear(system: System, chance: random.Random) -> None:
    dev = await system.started("api", "dev")
    scene = scene_of(system, [dev], (system.directory, "api.graph*"))
    await play_and_search(scene, chance, thoroughly=True)


async def search_on_neo4j(system: System, server: Any, chance: random.Random, *, thoroughly: bool) -> None:
    parts = [
        await system.started("api", "serve", "all"),
        await system.started("projector", "project"),
        await system.started("reactor", "react"),
    ]
    scene = scene_of(system, parts, (server._home, "data"), server if thoroughly else None)
    await play_and_search(scene, chance, thoroughly=thoroughly)


@pytest.mark.neo4j
async def test_no_word_is_in_the_clear_on_neo4j(
    neo4j_system: System, own_neo4j: Any, chance: random.Random
) -> None:
    await search_on_neo4j(neo4j_system, own_neo4j, chance, thoroughly=False)


@pytest.mark.soak
@pytest.mark.neo4j
async def test_no_word_is_in_the_clear_on_neo4j_at_length(
    neo4j_system: System, own_neo4j: Any, chance: random.Random
) -> None:
    await search_on_neo4j(neo4j_system, own_neo4j, chance, thoroughly=True)


def test_the_search_finds_what_is_hidden_in_other_encodings(tmp_path: Path) -> None:
    word = Words().common
    text = f"some text before {word} and after"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        (tmp_path / encoding).write_bytes(text.encode(encoding))
    (tmp_path / "hex").write_text(text.encode().hex())
    for offset in range(3):
        (tmp_path / f"base64-{offset}").write_bytes(base64.b64encode(text[offset:].encode()))
    (tmp_path / "at-a-border").write_bytes(b"." * (CHUNK - 5) + text.encode())
    (tmp_path / "nothing").write_bytes(b"." * CHUNK)

    found = {each.path.name for each in sightings([word], [tmp_path])}
    assert found == {each.name for each in tmp_path.iterdir()} - {"nothing"}
