"""What a reactor raises for an event that this process cannot deal with and another one may."""


class NotHere(Exception):
    """No failure: the event is tried again, with back-off, until another process dealt with it or it is no
    longer raised. Whoever raises it bounds how long: the slot's mark waits.
    """
