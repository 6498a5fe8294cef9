"""Run a command of `tta`: signals stop it in order, and an expected error is printed in one line."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from tta.telemetry.errors import traced
from tta.terminal import console

err = console(stderr=True)

log = structlog.get_logger(__name__)

INTERRUPTED = 130  # The exit status that shells use for a command ended by Ctrl-C.
STOP_S_MAX = 60.0  # Each part normally ends within seconds.
HANGS = "tta: a part did not stop in time, so the process is ended now; the next start cleans up\n"


def to_its_end(work: Coroutine[Any, Any, int], *, interrupted: int = 0) -> None:
    """Run until the work ends or a signal stops it, then exit with its status.

    `interrupted` is the status after a signal: 0 for servers, which end in this way.
    """
    import uvloop

    async def stoppable() -> int:
        task = asyncio.ensure_future(work)
        stopping = asyncio.Event()

        def stop() -> None:
            # Only once: a second Ctrl-C would interrupt the shutdown and leave the store's server behind.
            if not stopping.is_set():
                stopping.set()
                _end_within(STOP_S_MAX)
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup, for example, ignores a closed terminal.
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return interrupted

    saying(lambda: sys.exit(uvloop.run(stoppable())))


def _end_within(seconds: float) -> None:
    """End this process after that time. A thread does this, because the event loop may hang."""

    def give_up() -> None:
        with suppress(OSError):
            os.write(2, HANGS.encode())
        os._exit(1)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()


def saying(work: Callable[[], None]) -> None:
    """Run the work; print an expected error in one line, and exit with 1."""
    try:
        work()
    except Exception as error:
        _tell(error)
        raise


def _tell(error: Exception) -> None:
    """Print an error that a person can correct, and exit with 1. Any other error keeps its traceback."""
    # Most commands meet none of these: importing all that raises them takes longer than many a command.
    from tta.app.expected_errors import EXPECTED
    from tta.eventstore.log_files import ADVICE, LogDamaged

    if isinstance(error, EXPECTED):
        advice = f". {ADVICE}" if isinstance(error, LogDamaged) else ""
        _refuse(f"{error}{advice}" if str(error) else str(type(error).__doc__))
    if isinstance(error, OSError):
        # The cause is a directory, a disk or a limit of this machine.
        if structlog.is_configured():
            log.error("the operating system reports an error", error=traced(error))
        _refuse(f"the operating system reports: {error}")


def _refuse(told: str) -> None:
    err.print("[bold red]tta:[/] ", end="")
    err.print(told, markup=False, soft_wrap=True)
    sys.exit(1)
