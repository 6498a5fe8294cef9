"""Key files: JSON, mode 0600. The embedded servers create missing files and never overwrite existing ones."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

KEY_BYTES = 32
Keys = TypeVar("Keys", "KeyEncryptionKeys", "HmacKeys")


class KeyFileUnsafe(Exception):
    """A key file is missing, readable by others, or invalid; the message says what to do."""


class KeyEncryptionKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys that wrap data keys. New wrapping uses `current`; the others still unwrap."""

    current: str
    keys: dict[str, bytes]


class HmacKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set per store: `command` derives command ids, `fingerprints` (newest first) mark payloads."""

    command: bytes
    fingerprints: list[bytes]


def read_key_encryption_keys(path: Path, *, create: bool) -> KeyEncryptionKeys:
    """Read the key-encryption keys. Raises KeyFileUnsafe."""
    keys = _read(path, KeyEncryptionKeys, _new_key_encryption_keys if create else None)
    if keys.current not in keys.keys or any(len(key) != KEY_BYTES for key in keys.keys.values()):
        raise KeyFileUnsafe(f"{path}: expected {KEY_BYTES}-byte keys that include {keys.current!r}")
    return keys


def read_hmac_keys(path: Path, *, create: bool) -> HmacKeys:
    """Read the keys behind command ids and fingerprints. Raises KeyFileUnsafe."""
    keys = _read(path, HmacKeys, _new_hmac_keys if create else None)
    if not keys.fingerprints or any(len(key) < KEY_BYTES for key in (keys.command, *keys.fingerprints)):
        raise KeyFileUnsafe(f"{path}: expected keys of at least {KEY_BYTES} bytes")
    return keys


def read_private_text(path: Path, *, create: Callable[[], bytes] | None) -> bytes:
    """Read a file that only its owner may read. If it is absent, `create` returns its content."""
    if not path.exists() and create is not None:
        _write_once(path, create())
    try:
        mode = path.stat().st_mode & 0o077
        if mode:
            raise KeyFileUnsafe(f"{path}: expected mode 0600, others have {mode:04o}: chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise KeyFileUnsafe(f"{path}: expected a key file: {error.strerror}") from error


def _read(path: Path, kind: type[Keys], create: Callable[[], Keys] | None) -> Keys:
    made = None if create is None else lambda: msgspec.json.format(msgspec.json.encode(create())) + b"\n"
    text = read_private_text(path, create=made)
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise KeyFileUnsafe(f"{path}: expected {kind.__name__}: {error}") from error


def _new_key_encryption_keys() -> KeyEncryptionKeys:
    return KeyEncryptionKeys("k1", {"k1": secrets.token_bytes(KEY_BYTES)})


def _new_hmac_keys() -> HmacKeys:
    return HmacKeys(secrets.token_bytes(KEY_BYTES), [secrets.token_bytes(KEY_BYTES)])


def _write_once(path: Path, content: bytes) -> None:
    """Write a file atomically. If two processes create it, the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        directory = os.open(path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
    finally:
        draft.unlink()
