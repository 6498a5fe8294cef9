"""Who tries again waits longer each time, up to a bound, and never together with all others."""

from tta.eventstore.backoff import Backoff


def test_pauses_double_up_to_their_bound_and_chance_takes_up_to_half_off() -> None:
    backoff = Backoff(0.05, 0.4)
    for longest_s in (0.05, 0.1, 0.2, 0.4, 0.4, 0.4):
        assert longest_s / 2 <= backoff.next_s() <= longest_s


def test_it_begins_with_the_shortest_pause_again_once_it_worked() -> None:
    backoff = Backoff(0.05, 5.0)
    for _ in range(20):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 0.05


def test_at_once_means_no_first_pause() -> None:
    backoff = Backoff(0.01, 0.5, at_once=True)
    assert backoff.next_s() == 0
    assert 0.005 <= backoff.next_s() <= 0.01
    backoff.reset()
    assert backoff.next_s() == 0


def test_many_who_lost_the_same_server_do_not_come_back_together() -> None:
    first = {Backoff(1.0, 5.0).next_s() for _ in range(100)}
    assert len(first) == 100
