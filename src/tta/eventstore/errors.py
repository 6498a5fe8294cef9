"""What the event store says when it cannot do as asked. Every message prints both sides."""


class StoreError(Exception):
    """The root of all that the event store raises."""


class Conflict(StoreError):
    """An expected version or hash is not what stands there; nothing was written. Load, decide, try again."""


class AlreadyDone(StoreError):
    """The reactor has dealt with that position before; nothing was written."""


class StaleFence(StoreError):
    """The lease that this append was made under has been handed to somebody else; nothing was written."""


class ReactorFull(StoreError):
    """A reactor holds as many positions above its mark as it may; its oldest must be done first."""


class StoreUnavailable(StoreError):
    """The server cannot be reached or refuses writes, and this call wrote nothing. It may be tried again."""


class OutcomeUnknown(StoreError):
    """The server was lost, or too few copies answered, after the append was sent: it may stand or not.

    The same command sent again is recognised by the log, so trying again is safe.
    """


class StoreBusy(StoreUnavailable):
    """As many appends wait as may wait; nothing was written."""


class EventTooLarge(StoreError):
    """An event, or an append as a whole, exceeds its limit; nothing was sent."""


class WrongSlot(StoreError):
    """The aggregates of one append do not share a slot; nothing was sent."""


class VersionGap(StoreError):
    """The versions of an append do not follow one another; nothing was sent."""


class ForeignStore(StoreError):
    """The keys under this store's name were not written by this event store."""


class StoreMismatch(StoreError):
    """The store exists with another number of slots or another layout than this program was told."""


class UnsafeServer(StoreError):
    """The server's own settings could lose or evict more than the durability mode promises."""


class HistoryChanged(StoreError):
    """What was read before is no longer what stands there, or entries are missing.

    Acknowledged writes were lost, as when a replica is promoted that had not received them, or the log was
    edited. Readers stop: carrying on would silently mix two histories. `slot` is the slot whose log it is,
    None if the message alone tells.
    """

    def __init__(self, message: str, slot: int | None = None) -> None:
        super().__init__(message)
        self.slot = slot


class MarkChanged(HistoryChanged):
    """A reactor's mark or position is of an entry that does not stand in the log any more.

    Nothing was written. The reactor begins anew where its marks still stand.
    """


class UnknownEventType(StoreError):
    """An event's tag is not known to this program, which may be older than the one that wrote it."""
