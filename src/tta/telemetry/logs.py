"""One structured line per request or handled event; JSON outside a terminal."""

import logging
import sys

import structlog

LEVELS = ("debug", "info", "warning", "error")


def configure_logs(level: str = "info", *, json: bool | None = None) -> None:
    """Set up structlog for the process, on standard error; `json` defaults to whether that is no terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    # Tracebacks leave out local variables: they may hold somebody's words.
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
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What libraries log by Python's own means takes the same form.
    handler = logging.StreamHandler(sys.stderr)
    named = [*shared, structlog.stdlib.add_logger_name]
    bare = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=named, processors=[bare, *last])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
