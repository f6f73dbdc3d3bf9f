"""How many jobs a batch has on a server at once: rules alone, in time that the test makes up."""

import heapq
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.tasks.scheduling.places import Gate, Places


def places(usual: int = 2, most: int = 2) -> Places:
    made = Places()
    made.limit(usual, most)
    return made


def test_no_more_jobs_than_there_are_places() -> None:
    two = places()
    assert [two.take(0.0) for _ in range(3)] == [True, True, False]
    two.give_back()
    assert [two.take(0.0) for _ in range(2)] == [True, False]


def test_a_server_without_a_queue_gets_more_up_to_the_limit() -> None:
    some = places(2, 5)
    seen = []
    for _ in range(40):
        some.went_well(waited=0.1, ran=3.0)
        seen.append(some.allowed)
    assert seen[0] == 2
    assert seen == sorted(seen)
    assert seen[-1] == 5


def test_jobs_that_wait_for_long_take_places_away_down_to_one() -> None:
    some = places(4, 8)
    for _ in range(4):
        some.went_well(waited=60.0, ran=5.0)
    assert some.allowed == 3
    for _ in range(40):
        some.went_well(waited=60.0, ran=5.0)
    assert some.allowed == 1


def test_waiting_counts_against_how_long_the_job_runs() -> None:
    some = places(4, 4)
    for _ in range(40):
        some.went_well(waited=60.0, ran=600.0)
    assert some.allowed == 4


@pytest.mark.parametrize(("asked", "least"), [(0.0, 1.0), (30.0, 30.0), (86400.0, 300.0)])
def test_a_refusal_halves_the_places_and_holds_all_for_as_long_as_the_server_asks(asked, least) -> None:
    some = places(8, 8)
    some.refuse(100.0, asked)
    assert some.allowed == 4
    assert not some.take(100.0 + least - 0.01)
    assert some.take(100.0 + least)


def test_refusals_of_jobs_that_were_sent_together_count_once_and_later_ones_hold_longer() -> None:
    some = places(8, 8)
    for _ in range(5):
        some.refuse(0.0)
    assert (some.allowed, some.held_until) == (4, 1.0)
    some.refuse(1.0)
    assert (some.allowed, some.held_until) == (2, 3.0)
    for _ in range(20):
        some.refuse(some.held_until)
    assert some.allowed == 1
    before = some.held_until
    some.refuse(before)
    assert some.held_until == before + 60.0


@given(
    usual=st.integers(1, 4),
    more=st.integers(0, 4),
    instances=st.integers(1, 6),
    seconds=st.floats(0.5, 20.0),
    refusals=st.sets(st.integers(0, 199), max_size=40),
)
def test_a_made_up_server_is_never_given_more_than_the_limit_and_all_rows_come_to_their_end(
    usual: int, more: int, instances: int, seconds: float, refusals: set[int]
) -> None:
    some, now, left = places(usual, usual + more), 0.0, 100
    numbers, ends = itertools.count(), []
    idle = [0.0] * instances
    heapq.heapify(idle)
    while left or ends:
        while left and some.take(now):
            if next(numbers) in refusals:
                some.give_back()
                some.refuse(now)
                continue
            left -= 1
            began = max(now, heapq.heappop(idle))
            heapq.heappush(idle, began + seconds)
            heapq.heappush(ends, (began + seconds, began - now))
            assert len(ends) <= usual + more
        assert len(ends) == some.taken
        if not ends:
            now = max(now, some.held_until)
            continue
        now, waited = heapq.heappop(ends)
        some.give_back()
        some.went_well(waited, seconds)
    assert some.taken == 0


def test_batches_share_the_places_in_turn_and_the_largest_limit_counts() -> None:
    gate, taken = Gate(clock=lambda: 0.0), {"a": 0, "b": 0}

    def pump(name: str):
        def take() -> None:
            while gate.take():
                taken[name] += 1

        return take

    a, b = pump("a"), pump("b")
    gate.join(a, 1, 1)
    gate.join(b, 2, 2)
    a()
    assert taken == {"a": 2, "b": 0}
    for _ in range(3):
        gate.give_back(a)
    assert taken == {"a": 2, "b": 3}
    gate.leave(b)
    assert gate.places.allowed == 1
