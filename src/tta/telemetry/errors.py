"""What the log may be told of an error: what broke and where, never what somebody wrote.

Messages of other people's libraries quote values (msgspec, json, KeyError …), so only our own are repeated.
"""

import traceback

FRAMES_MAX = 12


def said(error: BaseException) -> str:
    """Name an error, with its message where it is one of our own."""
    ours = type(error).__module__.partition(".")[0] == "tta"
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__


def traced(error: BaseException) -> list[str]:
    """Tell an error and its causes, outermost first, each with the end of its way: file, line, function."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)[-FRAMES_MAX:]
        told += [said(cause), *(f"  {each.filename}:{each.lineno} {each.name}" for each in frames)]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told
