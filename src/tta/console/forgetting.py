"""`tta graph forget`: remove rows of read models, which are then filled again from the log."""

import secrets
from collections.abc import Sequence

import httpx2
from rich.console import Console

from tta.app.data_dir import Holder, holder
from tta.app.settings import Settings, SettingsWrong
from tta.app.work import READ_MODELS
from tta.console.operations import NothingFound, graph_file, signing_tokens, standing_store, store_at_hand
from tta.domain.vocabulary import Role
from tta.eventstore.store import EventStore
from tta.graph.migrations import check_migrated
from tta.graph.opening import open_graph
from tta.projector.checkpoints import Checkpoints
from tta.projector.forgetting import forget

ASK_TIMEOUT_S = 10.0


async def forget_rows(out: Console, settings: Settings, *, model: str | None, slots: Sequence[int]) -> int:
    """Forget the rows of one read model or of all, in the given slots or in all.

    If a running TTA has the embedded graph open, that TTA does it. Raises SettingsWrong, NothingFound, and
    the errors of store and graph.
    """
    known = [each.NAME for each in READ_MODELS]
    if model not in (None, *known):
        raise SettingsWrong(f"--model {model}: expected one of {', '.join(known)}")
    running = None if settings.graph_url else holder(settings.data_dir)
    if running is not None:
        asked: Sequence[int | None] = slots or [None]
        for slot in asked:
            models = await _ask(settings, running, model, slot)
        follows = f"by the TTA at {running.url}"
    else:
        models = await _forget_here(settings, model, slots)
        follows = "by the next projector" if settings.graph_url else "at the next start of `tta dev`"
    which = f"slots {', '.join(map(str, slots))}" if slots else "every slot"
    out.print(
        f"{', '.join(models)}, {which}: the rows are removed and filled again from the log {follows}. "
        "Until then answers about them say `Consistency: unknown`; `tta doctor` shows the progress.",
        markup=False,
        soft_wrap=True,
    )
    return 0


async def _forget_here(settings: Settings, model: str | None, slots: Sequence[int]) -> Sequence[str]:
    if not settings.graph_url and not graph_file(settings).exists():
        raise NothingFound(f"{graph_file(settings)} is no graph: there are no rows to forget (TTA_GRAPH_URL)")
    async with store_at_hand(settings) as complete, standing_store(complete) as store:
        url = settings.graph_url or f"embedded:{graph_file(settings)}"
        graph = await open_graph(url, user=settings.graph_user or None, password=settings.password() or None)
        try:
            await graph.check()
            await check_migrated(graph)
            lanes = [
                Checkpoints(graph, each.NAME, each.VERSION, store.layout.slots)
                for each in READ_MODELS
                if model in (None, each.NAME)
            ]
            await forget(store, lanes, _slots(store, slots), by=secrets.token_hex(16), wish="")
        finally:
            await graph.close()
    return [each.model for each in lanes]


def _slots(store: EventStore, slots: Sequence[int]) -> Sequence[int]:
    for slot in slots:
        if not 0 <= slot < store.layout.slots:
            raise SettingsWrong(f"--slot {slot}: expected 0 to {store.layout.slots - 1}")
    return slots or range(store.layout.slots)


async def _ask(settings: Settings, running: Holder, model: str | None, slot: int | None) -> Sequence[str]:
    """Ask the process that has the graph open to forget the rows."""
    if not running.url:
        raise SettingsWrong(
            f"process {running.pid} has the graph open and answers no requests yet: try again"
        )
    token = signing_tokens(settings).mint("tta graph forget", [Role.OPERATOR])
    body = {name: value for name, value in (("model", model), ("slot", slot)) if value is not None}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(16)}
    url = f"{running.url}/v1/operations/read-models/forget"
    try:
        async with httpx2.AsyncClient(timeout=ASK_TIMEOUT_S, trust_env=False) as client:
            answer = await client.post(url, json=body, headers=headers)
            told = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise SettingsWrong(f"{running.url} does not answer: {error}") from error
    if answer.status_code != 200:
        wrong = "; ".join(f"{each['pointer']}: {each['detail']}" for each in told.get("errors", ()))
        raise SettingsWrong(f"{running.url} refuses: {told.get('title')} {wrong}".rstrip())
    models: list[str] = told["models"]
    return models
