"""The process that has the embedded graph open: `python -m tta.graph.engines.child` (see child_process.py).

Each session of the graph has a socket and a thread of its own here. The engine is native code, and a damaged
file or a failed write has hung it, aborted it and made it access memory that is not its own. In a process of
its own it takes nothing with it, and a SIGKILL frees what it holds.
"""

import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tta.graph.engine import GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.engines.embedded import open_database
from tta.graph.engines.frames import CLOSE, INTERRUPT, OPENED, read_frame, write_frame
from tta.graph.engines.plans import EngineConnection


def main(path: str, timeout_s: str, *descriptors: str) -> None:
    """Open the graph and answer until told to close, or until the parent is gone.

    The first descriptor takes orders, the second is the writer's, the others are the readers'.
    """
    orders, *lines = (socket.socket(fileno=int(each)) for each in descriptors)
    try:
        database = open_database(Path(path), len(lines))
        sessions = [EngineConnection(database, float(timeout_s)) for _ in lines]
    except (GraphInUse, GraphRefused, GraphUnavailable) as error:
        write_frame(orders, (type(error).__name__, str(error)))
        return
    except Exception as error:  # noqa: BLE001 - Whatever the engine raises over the files, they do not open.
        write_frame(orders, (GraphRefused.__name__, f"{type(error).__name__}: {error}"))
        return
    for session, line in zip(sessions, lines, strict=True):
        threading.Thread(target=_answer_all, args=(session, line), daemon=True).start()
    write_frame(orders, (OPENED, ""))
    if _obey(orders, sessions):
        for session in sessions:
            session.close()
        database.close()
        write_frame(orders, (CLOSE, ""))
    os._exit(0)  # What was committed survives; threads that still run have nobody to answer to.


def _obey(orders: socket.socket, sessions: Sequence[EngineConnection]) -> bool:
    """Interrupt sessions as told. Returns True when told to close, False when the parent is gone."""
    while True:
        try:
            order, number = read_frame(orders)
        except (EOFError, OSError):
            return False
        if order == CLOSE:
            return True
        assert order == INTERRUPT, f"expected {CLOSE} or {INTERRUPT}, got {order}"
        sessions[number].interrupt()


def _answer_all(session: EngineConnection, line: socket.socket) -> None:
    while True:
        try:
            act, text, parameters, is_stale = read_frame(line)
        except (EOFError, OSError):
            return
        if is_stale:
            session.forget()
        write_frame(line, _answer(session, act, text, parameters))


def _answer(
    session: EngineConnection, act: str, text: str, parameters: dict[str, object]
) -> tuple[str, object]:
    acts: dict[str, Callable[[], object]] = {
        "run": partial(session.run, text, parameters),
        "define": partial(session.define, text),
        "begin": session.begin,
        "commit": session.commit,
        "rollback": session.rollback,
    }
    try:
        return "", acts[act]()
    except GraphUnavailable as error:
        return GraphUnavailable.__name__, str(error)
    except Exception as error:  # noqa: BLE001 - Whatever it is, the caller is told, and the session goes on.
        is_known = isinstance(error, GraphRefused)
        return GraphRefused.__name__, str(error) if is_known else f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main(*sys.argv[1:])
