"""Descriptions of errors for the log: what failed and where, never what somebody wrote.

Messages of libraries quote values (msgspec, json, KeyError …), so only our own messages are repeated.
"""

import traceback

FRAMES_MAX = 12


def said(error: BaseException) -> str:
    """Return an error's name, with its message if the error is ours."""
    ours = type(error).__module__.partition(".")[0] == "tta"
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__


def traced(error: BaseException) -> list[str]:
    """Describe an error and its causes, outermost first, each with its last frames: file, line, function."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)[-FRAMES_MAX:]
        told += [said(cause), *(f"  {each.filename}:{each.lineno} {each.name}" for each in frames)]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told
