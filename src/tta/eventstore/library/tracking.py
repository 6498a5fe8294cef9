"""How far a view or a process has followed an application, kept with what it makes of it.

`wait` blocks on the slot's wake-ups. A view keeps its own state in the same slot: `insert_tracking` takes the
commands that change it, and runs them in the same atomic step.
"""

import threading
import weakref
from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder, WaitInterruptedError

from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.library.slot import OpenSlot
from tta.eventstore.library.wakeups import pause
from tta.eventstore.scripts import TRACK


class Effect(NamedTuple):
    """A command on a key of the view's own (`view_key`) that cannot fail: nothing would be rolled back."""

    command: str
    key: str
    words: tuple[str | bytes | int, ...] = ()


class LastQuestion(NamedTuple):
    """Who asked last where it stands with an application, and the answer."""

    recorder: "weakref.ref[StoreTrackingRecorder]"
    application: str
    position: int | None


class _ThreadQuestions(threading.local):
    asked: LastQuestion | None = None


_last = _ThreadQuestions()


def take_follower(application: str, gt: int | None) -> "StoreTrackingRecorder | None":
    """Name the recorder that has just asked in this thread where it stands, if that is where `gt` begins.

    The library's runners hand a subscription no more than this: `subscribe(gt=view.max_tracking_id(name))`.
    """
    asked, _last.asked = _last.asked, None
    if asked is None or (asked.application, asked.position) != (application, gt):
        return None
    return asked.recorder()


class StoreTrackingRecorder(TrackingRecorder):
    """Tracking in a slot of its own store or of the application's. Views inherit from it."""

    def __init__(self, slot: OpenSlot) -> None:
        self._slot = slot

    def insert_tracking(self, tracking: Tracking, effects: Sequence[Effect] = ()) -> None:
        """Record a position with its effects, exactly once. Raises IntegrityError when it does not grow."""
        stands = self._track(tracking, None, effects)
        if stands is not None:
            raise IntegrityError(
                f"{tracking.application_name}: expected a position above {stands}, "
                f"got {tracking.notification_id}"
            )

    def pass_over(self, tracking: Tracking, stands: int) -> bool:
        """Move from exactly `stands` over what was filtered out; False when it stands elsewhere."""
        return self._track(tracking, stands, ()) is None

    def max_tracking_id(self, application_name: str) -> int | None:
        position = self._stands(application_name)
        _last.asked = LastQuestion(weakref.ref(self), application_name, position)
        return position

    def has_tracking_id(self, application_name: str, notification_id: int | None) -> bool:
        return notification_id is None or (self._stands(application_name) or 0) >= notification_id

    def wait(
        self,
        application_name: str,
        notification_id: int | None,
        timeout: float = 1.0,
        interrupt: threading.Event | None = None,
    ) -> None:
        """Block until a position is recorded; see the library for the contract."""
        deadline = monotonic() + timeout
        if self._reached(application_name, notification_id, timeout):
            return
        with self._slot.wakeups.listening() as woken:
            while True:
                woken.clear()
                if self._reached(application_name, notification_id, max(0.0, deadline - monotonic())):
                    return
                if interrupt is not None and interrupt.is_set():
                    raise WaitInterruptedError
                if monotonic() >= deadline:
                    raise TimeoutError(
                        f"notification {notification_id} of {application_name} "
                        f"was not processed within {timeout} s"
                    )
                pause(woken, interrupt, deadline)

    def view_key(self, name: str) -> str:
        """A key of the view's own, in the slot of its tracking."""
        return self._slot.layout.view(self._slot.slot, name)

    def read_view(self, command: str, name: str, *words: str | bytes | int) -> Any:
        """One reading command on a key of the view's own, answered as the server does (bytes, lists)."""
        return self._slot.server.call(command, self.view_key(name), *words)

    def _reached(self, application_name: str, notification_id: int | None, patience_s: float) -> bool:
        if notification_id is None:
            return True
        try:
            return (self._stands(application_name, patience_s=patience_s) or 0) >= notification_id
        except StoreUnavailable:
            return False  # It may come back before the time is over.

    def _stands(self, application_name: str, **patience: float) -> int | None:
        key = self._slot.layout.tracked(self._slot.slot, application_name)
        mark = self._slot.server.call("HGET", key, "mark", **patience)
        return None if mark is None else int(mark)

    def _track(self, tracking: Tracking, stands: int | None, effects: Sequence[Effect]) -> int | None:
        """Return None when recorded, else where it stands."""
        self._slot.must_be_writable()
        layout, slot = self._slot.layout, self._slot.slot
        keys = [layout.tracked(slot, tracking.application_name), layout.tracking(slot)]
        token = uuid4().bytes
        arguments: list[str | bytes | int] = [
            tracking.notification_id,
            token,
            "" if stands is None else stands,
        ]
        for command, key, words in effects:
            keys.append(key)
            arguments += [len(words), command, *words]
        reply, _ = self._slot.server.write(TRACK, keys, arguments)
        return int(reply[1]) if reply[0] == b"DEALT" else None
