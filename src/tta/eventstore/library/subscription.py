"""Following a slot's log without asyncio: catch up, then live, at the reader's own pace.

Nothing is read ahead of the caller. While the server is away it is tried again until `stop`. A missing or
replaced entry raises HistoryChanged out of the iteration.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription, Tracking

from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.library.slot import PAGE_EVENTS, OpenSlot
from tta.eventstore.library.tracking import StoreTrackingRecorder
from tta.eventstore.library.wakeups import POLL_S
from tta.eventstore.subscription import Mark
from tta.telemetry.outages import Outage

READ_PATIENCE_S = 0.5
_Recorder = TypeVar("_Recorder", bound=ApplicationRecorder)


class LogSubscription(Subscription[_Recorder]):
    """Notifications behind `gt`, those of `topics` only if there are any.

    `follower` is the tracking recorder that processes them, if known: when all that was handed out has been
    tracked, and what came behind it was filtered out, its position is moved on over that.
    """

    def __init__(
        self,
        recorder: _Recorder,
        slot: OpenSlot,
        *,
        gt: int | None,
        topics: Sequence[str],
        notification: Callable[[RecordedEvent], Notification],
        follower: tuple[StoreTrackingRecorder, str] | None,
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._slot = slot
        self._wanted = frozenset(topics)
        self._notification = notification
        self._follower = follower
        self._mark = Mark(gt or 0, b"")
        self._handed = gt or 0
        """The last position that was handed out, or passed over."""
        self._ready: deque[Notification] = deque()
        self._outage = Outage("the log")
        self._woken = threading.Event()
        slot.wakeups.add(self._woken)

    def stop(self) -> None:
        super().stop()
        self._slot.wakeups.remove(self._woken)
        self._woken.set()

    def __next__(self) -> Notification:
        while True:
            # Cleared before looking at the flag and the log: what is set later is not lost.
            self._woken.clear()
            if self._has_been_stopped:
                raise StopIteration
            if self._ready:
                notification = self._ready.popleft()
                self._handed = notification.id
                return notification
            if not self._pull():
                self._woken.wait(POLL_S)

    def _pull(self) -> bool:
        """Move the follower over what it did not want, read on, and say whether there was anything."""
        try:
            self._pass_over()
            self._mark, events = self._slot.read_on(self._mark, PAGE_EVENTS, patience_s=READ_PATIENCE_S)
        except StoreUnavailable as error:
            self._outage.failed(self, str(error))
            return False
        self._outage.worked(self)
        for event in events:
            if not self._wanted or event.type in self._wanted:
                self._ready.append(self._notification(event))
        return bool(events)

    def _pass_over(self) -> None:
        if self._follower is None or self._mark.position <= self._handed:
            return
        recorder, application = self._follower
        if recorder.pass_over(Tracking(application, self._mark.position), self._handed):
            self._handed = self._mark.position
