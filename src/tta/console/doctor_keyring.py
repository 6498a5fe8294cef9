"""`tta doctor` on the keyring: whether it belongs to the store, opens with the key files, and is complete."""

from tta.app.settings import Settings
from tta.console.doctor_servers import DoctorFinding, check_servers
from tta.console.operations import keyring_of
from tta.eventstore.errors import StoreError
from tta.eventstore.owners import players
from tta.eventstore.store import EventStore
from tta.security.binding import KeyringForeign, read_ids, refusal, require_nobodys_key
from tta.security.key_files import KeyFileUnsafe
from tta.security.keyring import Keyring

NAMED_MAX = 5


async def check_keyring(
    settings: Settings, store: EventStore | None, *, is_embedded: bool
) -> list[DoctorFinding]:
    """Check the server of the wrapped data keys, and its content."""
    findings = await _check_place(settings, is_embedded=is_embedded)
    if store is None or any(finding.state == "fail" for finding in findings):
        return findings
    try:
        async with keyring_of(settings) as keyring:
            return findings + await _check_content(store, keyring)
    except KeyFileUnsafe:
        return findings  # The key files have their own findings.
    except StoreError as error:
        change = "start its server, or correct TTA_KEYRING_URL"
        return [*findings, DoctorFinding("keyring", "fail", str(error), change)]


async def _check_place(settings: Settings, *, is_embedded: bool) -> list[DoctorFinding]:
    if settings.keyring_url and settings.keyring_url != settings.store_url:
        return await check_servers("keyring server", settings.keyring_url, settings)
    if is_embedded:
        return [DoctorFinding("keyring", "ok", "in the store's own server", "")]
    change = "set TTA_KEYRING_URL to a small separate server, apart from the log and its backups"
    return [DoctorFinding("keyring", "warn", "in the store's own server", change)]


async def _check_content(store: EventStore, keyring: Keyring) -> list[DoctorFinding]:
    what, ids = "keyring of the store", await read_ids(store, keyring)
    if ids.is_empty and not ids.keyring:
        return []  # Nothing has run here yet. The first start binds the two.
    if refused := refusal(ids):
        return [DoctorFinding(what, "fail", *_advice(refused))]
    try:
        if not ids.is_empty or ids.keyring:
            await require_nobodys_key(keyring, ids.store_name)
    except KeyringForeign as error:
        return [DoctorFinding(what, "fail", *_advice(str(error)))]
    except KeyFileUnsafe as error:
        return [DoctorFinding(what, "fail", str(error), "restore key-encryption.json from your copy")]
    findings = [_about_players(*await _counted(store, keyring), ids.keyring)]
    if ids.given < ids.keys_given:
        found = f"it is an older copy: {ids.keys_given} keys were given, this copy knows of {ids.given}"
        change = (
            "put back the newest copy; until then nobody can be registered. If this is the newest copy "
            "left, `tta keys bind` accepts it"
        )
        findings.append(DoctorFinding("keyring's age", "fail", found, change))
    return findings


async def _counted(store: EventStore, keyring: Keyring) -> tuple[int, list[str]]:
    """Count the players who have events, and name those without a key that opens."""
    seen, lacking = set(), []
    async for page in players(store):
        for player_id in page:
            if player_id in seen:
                continue
            seen.add(player_id)
            if not await keyring.knows(player_id):
                lacking.append(str(player_id))
    return len(seen), sorted(lacking)


def _about_players(count: int, lacking: list[str], bound_to: str) -> DoctorFinding:
    what = "keyring of the store"
    if not lacking:
        bound = f"bound to it ({bound_to})" if bound_to else "not bound to it yet: the next start binds it"
        return DoctorFinding(what, "ok", f"{bound}; it has a key of each of the {count} players", "")
    named = ", ".join(lacking[:NAMED_MAX]) + (", …" if len(lacking) > NAMED_MAX else "")
    found = f"it lacks the data keys of {len(lacking)} of {count} players: {named}"
    change = (
        "put back the newest copy of the keyring: this one is older than the log. Until then every request "
        "about these players is 503 keyring-incomplete and records nothing"
    )
    return DoctorFinding(what, "fail", found, change)


def _advice(refused: str) -> tuple[str, str]:
    """Split a message into what is wrong and what to do."""
    found, _, change = refused.partition(". ")
    return found, change or "put back the newest copy of this store's keyring"
