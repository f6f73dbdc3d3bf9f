"""Whose turn it is: by due time, by lane, by rate; all of it in time that the test makes up."""

import heapq
import random
from collections.abc import Callable, Iterator

import pytest

from gpwidgets.tasks.scheduling.scheduler import Agenda, Entry
from gpwidgets.tasks.scheduling.watcher import Pace


def nothing() -> None:
    """A step that the agenda never calls itself."""


def taken(agenda: Agenda, now: float) -> Iterator[Entry]:
    while (entry := agenda.take(now)) is not None:
        yield entry


def test_steps_come_in_the_order_of_their_times_and_not_before() -> None:
    agenda = Agenda()
    late, early = Entry(nothing, "a"), Entry(nothing, "a")
    agenda.add(late, 5.0)
    agenda.add(early, 2.0)
    assert agenda.next_time(0.0) == 2.0
    assert list(taken(agenda, 1.9)) == []
    assert list(taken(agenda, 7.0)) == [early, late]
    assert agenda.next_time(7.0) == float("inf")


def test_a_step_given_back_comes_again_and_one_at_its_end_does_not() -> None:
    agenda = Agenda()
    entry = Entry(nothing, "a")
    agenda.add(entry, 0.0)
    assert agenda.take(0.0) is entry
    agenda.done(entry, 3.0)
    assert (agenda.take(2.0), len(agenda)) == (None, 1)
    assert agenda.take(3.0) is entry
    agenda.done(entry, None)
    assert (agenda.take(99.0), len(agenda)) == (None, 0)


def test_a_lane_that_is_stuck_leaves_the_others_their_places() -> None:
    agenda = Agenda(per_lane=2, most=4)
    for _ in range(9):
        agenda.add(Entry(nothing, "stuck"), 0.0)
    assert len(list(taken(agenda, 0.0))) == 2
    other = Entry(nothing, "other")
    agenda.add(other, 1.0)
    assert list(taken(agenda, 1.0)) == [other]


def test_lanes_take_turns() -> None:
    agenda = Agenda(per_lane=2)
    for lane in "aabb":
        agenda.add(Entry(nothing, lane), 0.0)
    assert [entry.lane for entry in taken(agenda, 0.0)] == ["a", "b", "a", "b"]


def test_no_more_than_all_places_are_taken() -> None:
    agenda = Agenda(per_lane=2, most=3)
    for lane in "abcd":
        agenda.add(Entry(nothing, lane), 0.0)
    first = list(taken(agenda, 0.0))
    assert len(first) == 3
    assert agenda.next_time(0.0) == 2.0  # what is under way then is slow, and takes no place any more
    agenda.done(first[0], None)
    assert [entry.lane for entry in taken(agenda, 0.0)] == ["d"]


def test_what_asks_no_server_comes_one_by_one_and_as_often_as_it_likes() -> None:
    agenda = Agenda(rate=1.0)
    for _ in range(50):
        agenda.add(Entry(nothing, ""), 0.0)
    for left in range(50, 0, -1):
        (entry,) = taken(agenda, 0.0)
        agenda.done(entry, None)
        assert len(agenda) == left - 1


def test_a_server_is_not_asked_more_often_than_its_rate() -> None:
    agenda = Agenda(per_lane=4, rate=10.0)
    for _ in range(200):
        agenda.add(Entry(nothing, "server"), 0.0)
    started, now = [], 0.0
    while len(agenda):
        for entry in taken(agenda, now):
            started.append(now)
            agenda.done(entry, None)
        now = max(agenda.next_time(now), now + 1e-6) if len(agenda) else now
    assert 19.0 < now < 20.1
    assert max(sum(start <= one < start + 1 for one in started) for start in started) <= 15


@pytest.mark.parametrize("state", ["scheduled", "waiting", "under way"])
def test_a_step_in_a_hurry_comes_before_the_others_of_its_lane(state: str) -> None:
    agenda = Agenda(per_lane=1)
    wanted = Entry(nothing, "a")
    agenda.add(wanted, 0.0 if state == "under way" else 50.0 if state == "scheduled" else 1.0)
    first = Entry(nothing, "a")
    if state != "under way":
        agenda.add(first, 0.0)
    for _ in range(3):
        agenda.add(Entry(nothing, "a"), 0.5)
    assert agenda.take(2.0) is (wanted if state == "under way" else first)
    agenda.hurry(wanted)
    agenda.done(wanted if state == "under way" else first, 90.0)
    assert agenda.take(2.0) is wanted
    agenda.done(wanted, None)
    agenda.hurry(wanted)
    assert wanted not in list(taken(agenda, 60.0))


def test_a_lane_that_is_held_lets_through_only_what_is_in_a_hurry() -> None:
    agenda = Agenda()
    first, wanted = Entry(nothing, "busy"), Entry(nothing, "busy")
    agenda.add(first, 0.0)
    agenda.add(wanted, 50.0)
    agenda.add(Entry(nothing, "other"), 0.0)
    agenda.hold("busy", 30.0)
    agenda.hold("busy", 10.0)
    assert [entry.lane for entry in taken(agenda, 1.0)] == ["other"]
    assert agenda.next_time(1.0) == 30.0
    agenda.hurry(wanted)
    assert list(taken(agenda, 2.0)) == [wanted]
    assert list(taken(agenda, 29.0)) == []
    agenda.release("busy")
    assert list(taken(agenda, 29.0)) == [first]


def follow(lengths: list[float], *, cost: float = 0.002, seed: int = 0) -> list[tuple[float, int, float]]:
    """Watch jobs of these lengths in made-up time; tells delay, looks and length of each."""
    pace, agenda, dice = Pace(), Agenda(), random.Random(seed)
    ended: list[tuple[float, int, float]] = []
    looks = dict.fromkeys(range(len(lengths)), 0)
    begun: dict[Entry, tuple[int, float]] = {}
    replies: list[tuple[float, int, Entry]] = []
    for number in range(len(lengths)):
        entry = Entry(nothing, "server")
        begun[entry] = number, 0.3 * dice.random()
        agenda.add(entry, begun[entry][1] + pace.delay(0.0))
    now = 0.0
    while len(agenda) or replies:
        for entry in taken(agenda, now):
            looks[begun[entry][0]] += 1
            heapq.heappush(replies, (now + cost * dice.uniform(0.5, 2.0), begun[entry][0], entry))
        now = min(agenda.next_time(now), replies[0][0] if replies else float("inf"))
        while replies and replies[0][0] <= now:
            _, number, entry = heapq.heappop(replies)
            age = now - begun[entry][1]
            if age >= lengths[number]:
                ended.append((age - lengths[number], looks[number], lengths[number]))
                agenda.done(entry, None)
            else:
                agenda.done(entry, now + pace.delay(age))
    return ended


SHORT: Callable[[int], list[float]] = lambda count: [  # noqa: E731
    random.Random(number).uniform(0.1, 30.0) for number in range(count)
]


def test_the_end_of_a_short_job_is_seen_soon_with_few_looks() -> None:
    for length in SHORT(300):
        ((delay, looks, _),) = follow([length], seed=int(length * 1e6))
        assert delay <= max(0.25, 0.19 * length)
        assert looks <= 30


def test_the_mean_delay_keeps_to_its_limit_at_every_length() -> None:
    for length in (0.3, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 29.0):
        delays = [follow([length + 0.001 * number], seed=number)[0][0] for number in range(60)]
        assert sum(delays) / len(delays) <= max(0.25, 0.12 * length), length


def test_a_job_of_a_second_is_noticed_within_three_tenths() -> None:
    assert max(follow([0.8 + 0.01 * number], seed=number)[0][0] for number in range(60)) < 0.3


def test_a_hundred_jobs_keep_to_the_limit_together() -> None:
    ended = follow(SHORT(100))
    assert sum(delay for delay, _, _ in ended) <= sum(max(0.25, 0.12 * length) for _, _, length in ended)
    assert max(looks for _, looks, _ in ended) <= 30


def test_a_thousand_jobs_are_looked_at_a_hundred_times_a_second_at_most() -> None:
    ended = follow([random.Random(number).uniform(1.0, 60.0) for number in range(1000)])
    assert len(ended) == 1000
    whole = max(delay + length for delay, _, length in ended)
    assert sum(looks for _, looks, _ in ended) <= 100 * whole + 4
    assert max(delay for delay, _, _ in ended) < 14


def test_steps_that_take_long_hold_up_no_others_of_their_lane() -> None:
    agenda = Agenda(per_lane=2, most=3, patience=2.0)
    slow = [Entry(nothing, "a") for _ in range(5)]
    for entry in slow:
        agenda.add(entry, 0.0)
    agenda.add(good := Entry(nothing, "a"), 1.0)
    assert list(taken(agenda, 0.0)) == slow[:2]
    assert list(taken(agenda, 1.0)) == []
    assert agenda.next_time(1.0) == 2.0
    assert list(taken(agenda, 2.0)) == slow[2:4]
    assert list(taken(agenda, 4.0)) == [slow[4], good]
    agenda.done(good, 6.0)
    assert list(taken(agenda, 6.0)) == [good]
    for entry in (*slow, good):
        agenda.done(entry, 7.0)
    # Now it is known who is slow: they wait for each other, and the good one for nobody.
    assert set(taken(agenda, 7.0)) == {*slow[:2], good}
    agenda.done(good, 8.0)
    agenda.done(slow[0], 8.0)
    assert set(taken(agenda, 8.0)) == {slow[0], slow[2], good}  # the first was quick this time


def test_a_slow_step_that_is_quick_again_is_among_the_others() -> None:
    agenda = Agenda(per_lane=1, patience=2.0)
    agenda.add(entry := Entry(nothing, "a"), 0.0)
    assert list(taken(agenda, 0.0)) == [entry]
    assert list(taken(agenda, 3.0)) == []
    agenda.done(entry, 4.0)
    assert entry.slow
    assert list(taken(agenda, 4.0)) == [entry]
    agenda.done(entry, 5.0)
    assert not entry.slow


def test_a_step_that_is_called_again_and_again_in_time_is_never_slow() -> None:
    agenda = Agenda(per_lane=1, patience=2.0)
    agenda.add(entry := Entry(nothing, "a"), 0.0)
    for second in range(10):
        assert list(taken(agenda, float(second))) == [entry]
        agenda.done(entry, second + 1.0)
    assert not entry.slow
