"""Runs what a command of `tta` does to its end: signals stop it in order, an error is said in one line."""

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

INTERRUPTED = 130  # What a shell says of a command that Ctrl-C ended before it was done.
STOP_S_MAX = 60.0  # Each part ends within seconds, or says why not.
HANGS = "tta: not everything ended in time; what hangs is ended at once, and left to the next start\n"


def to_its_end(work: Coroutine[Any, Any, int], *, interrupted: int = 0) -> None:
    """Run to the end, or until told to stop, which is how what serves ends well; leave with its status."""
    import uvloop

    async def stoppable() -> int:
        task = asyncio.ensure_future(work)
        stopping = asyncio.Event()

        def stop() -> None:
            # Once: a second Ctrl-C would interrupt the stopping itself, and leave the store's server behind.
            if not stopping.is_set():
                stopping.set()
                _end_within(STOP_S_MAX)
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # As nohup has a closed terminal ignored.
                asyncio.get_running_loop().add_signal_handler(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return interrupted

    saying(lambda: sys.exit(uvloop.run(stoppable())))


def _end_within(seconds: float) -> None:
    """End this process then, whatever hangs: by a thread, since what hangs may be the loop itself."""

    def give_up() -> None:
        with suppress(OSError):
            os.write(2, HANGS.encode())
        os._exit(1)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()


def saying(work: Callable[[], None]) -> None:
    """Do it; say what a person can mend in one line, and leave with 1."""
    try:
        work()
    except Exception as error:
        _tell(error)
        raise


def _tell(error: Exception) -> None:
    """Leave with 1 where a person can mend it; what else is wrong deserves its traceback."""
    # Most commands meet none of these: importing all that raises them takes longer than many a command.
    from tta.app.expected_errors import EXPECTED
    from tta.eventstore.log_files import ADVICE, LogDamaged

    if isinstance(error, EXPECTED):
        advice = f". {ADVICE}" if isinstance(error, LogDamaged) else ""
        _refuse(f"{error}{advice}" if str(error) else str(type(error).__doc__))
    if isinstance(error, OSError):
        # Of a directory, a disk or a limit of this machine, wherever it was met.
        if structlog.is_configured():
            log.error("the system refuses something", error=traced(error))
        _refuse(f"the system refuses it: {error}")


def _refuse(told: str) -> None:
    err.print("[bold red]tta:[/] ", end="")
    err.print(told, markup=False, soft_wrap=True)
    sys.exit(1)
