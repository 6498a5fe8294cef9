"""Structured logs: one line for each request or handled event, as JSON outside a terminal.

Logging never raises.
"""

import atexit
import logging
import sys
from collections.abc import Iterable

import structlog

from tta.telemetry.lines import LineSink

LEVELS = ("debug", "info", "warning", "error")

log = structlog.get_logger(__name__)


class Rendering:
    """Renders a log line. If a value cannot be rendered, the line loses its values, but nothing is raised."""

    def __init__(self, steps: Iterable[structlog.typing.Processor]) -> None:
        self._steps = tuple(steps)

    def __call__(
        self, logger: structlog.typing.WrappedLogger, name: str, said: structlog.typing.EventDict
    ) -> str:
        event, line = said.get("event"), said
        try:
            for step in self._steps:
                line = step(logger, name, line)  # type: ignore[assignment]
        except structlog.DropEvent:
            raise
        except Exception as error:  # noqa: BLE001 - Whatever a value does when it is shown.
            return f"{event!r:.200} could not be rendered: {type(error).__name__}"
        return str(line)


class SinkHandler(logging.Handler):
    """Sends the standard-library logging of libraries to the same sink."""

    def __init__(self, sink: LineSink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - A library's arguments do not fit its own message.
            line = f"{record.name}: {record.msg!r:.200} could not be rendered: {type(error).__name__}"
        self._sink.write(f"{line}\n")


class SinkLogger:
    """Receives structlog's lines."""

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink

    def msg(self, line: str) -> None:
        self._sink.write(f"{line}\n")

    log = debug = info = warn = warning = error = err = critical = fatal = exception = failure = msg


def configure_logs(level: str = "info", *, json: bool | None = None) -> None:
    """Set up structlog on standard error. `json` is true by default unless that is a terminal."""
    as_json = not (sys.stderr and sys.stderr.isatty()) if json is None else json
    # Tracebacks omit local variables, which may hold a player's words.
    quiet = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    ]
    if as_json:
        last = [structlog.processors.ExceptionRenderer(quiet), structlog.processors.JSONRenderer()]
    sink = LineSink(sys.stderr, _say_what_was_lost)
    atexit.register(sink.flush)
    structlog.configure(
        processors=[Rendering([*shared, *last])],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: SinkLogger(sink),
        cache_logger_on_first_use=True,
    )
    # Standard-library logging takes the same form.
    handler = SinkHandler(sink)
    named = [*shared, structlog.stdlib.add_logger_name]
    bare = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=named, processors=[bare, *last])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _say_what_was_lost(lines: int) -> None:
    log.warning("log lines could not be written", lines=lines)
