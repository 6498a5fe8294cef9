"""The event store's errors as the eventsourcing library's users meet them: each is both families' own."""

from eventsourcing.persistence import DataError, IntegrityError, NotSupportedError, OperationalError

from tta.eventstore.errors import (
    EventTooLarge,
    OutcomeUnknown,
    StoreError,
    StoreUnavailable,
    VersionGap,
)


class ReadOnlyStore(StoreError, NotSupportedError):
    """The store was opened to be followed; nothing was sent."""


class RecorderUnavailable(StoreUnavailable, OperationalError):
    """The server cannot be reached or refuses writes, and this call wrote nothing. It may be tried again."""


class InsertUnknown(OutcomeUnknown, OperationalError):
    """The server was lost, or too few copies answered, after an insert was sent: it may stand or not.

    Load the aggregate to see: the same events inserted again raise IntegrityError where they stand.
    """


class InsertTooLarge(EventTooLarge, DataError):
    """More events or bytes than one atomic call may hold; nothing was sent."""


class VersionsApart(VersionGap, IntegrityError):
    """Versions of an aggregate do not follow one another, or do not begin at 0 or 1; nothing was written."""
