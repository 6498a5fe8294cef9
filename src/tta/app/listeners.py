"""The addresses of a process: one for the API, and a separate one for operators."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple

from tta.app.descriptors import connections_allowed
from tta.app.serving.server import CONNECTIONS_MAX, serve
from tta.app.settings import Settings
from tta.app.work import Work
from tta.http.apps import app, operators_app
from tta.http.edge.places import Places
from tta.http.edge.wiring import Services
from tta.http.health import refresh_gauges

OPERATORS_CONNECTIONS_MAX = 100  # A few Prometheus servers, probes and people.


class Addresses(NamedTuple):
    """The URLs at which a process answers; empty if it does not."""

    api: str = ""
    operators: str = ""


def listeners(
    settings: Settings,
    work: Work,
    serving: str,
    served: Services | None,
    ready: Callable[[Addresses], None],
    *,
    takes_free_port: bool,
) -> list[Coroutine[Any, Any, None]]:
    """Return the servers of this process, to be run together; `ready` is called once all of them listen.

    `served` is None if the process serves no API. With `takes_free_port` there is a listener for operators
    even if no setting names its port.
    """
    awaited = {
        *(("api",) if served else ()),
        *(("operators",) if takes_free_port or settings.worker_port else ()),
    }
    if not awaited:
        ready(Addresses())
        return []
    told: dict[str, str] = {}

    def tell(name: str, url: str) -> None:
        told[name] = url
        if told.keys() == awaited:
            ready(Addresses(**told))

    found = []
    if "operators" in awaited:
        found.append(_for_operators(settings, work, served, partial(tell, "operators")))
    if served is not None:
        found.append(_for_callers(settings, serving, served, partial(tell, "api")))
    return found


async def _for_callers(
    settings: Settings, serving: str, served: Services, ready: Callable[[str], None]
) -> None:
    places = Places()
    made = app(served, serving, origins=settings.allowed_origins, is_https=settings.is_https, places=places)
    named = "TTA_HOST and TTA_PORT, or --host and --port"

    def ending() -> None:
        served.live.end_all()
        places.end_waits()

    try:
        await serve(
            made,
            settings.host,
            settings.port,
            ready,
            named=named,
            idle_s=settings.idle_s,
            ending=ending,
            connections_max=connections_allowed(CONNECTIONS_MAX),
        )
    finally:
        await served.live.close()


async def _for_operators(
    settings: Settings, work: Work, served: Services | None, ready: Callable[[str], None]
) -> None:
    """Serve operators. Metrics reveal when somebody acts, so no stranger may reach this address."""
    refresh = work.refresh_gauges if served is None else partial(refresh_gauges, served)
    await serve(
        operators_app(refresh, served),
        settings.worker_host,
        settings.worker_port,
        ready,
        named="TTA_WORKER_HOST and TTA_WORKER_PORT",
        idle_s=settings.idle_s,
        has_signals=False,
        connections_max=OPERATORS_CONNECTIONS_MAX,
    )
