"""The figures of a digest, against a second way to count them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.lambdas.digest_fakes import NOW
from tests.lambdas.loader import load

digest = load("digest")
group = digest.groups.group
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


def notice(minute: int, old: str, new: str, *, name: str = "a", number: int = 0) -> Any:
    at = NOW - timedelta(days=1) + timedelta(minutes=minute)
    return digest.notices.Notice(f"{number:06}", name, name, "us-east-1", old, new, at, "because")


def figures(group: Any) -> tuple[int, int, int | None, str]:
    longest = None if group.longest is None else group.longest // timedelta(minutes=1)
    return group.count, group.flaps, longest, group.last.new_state


def test_one_alarm_that_came_and_went() -> None:
    (one,) = group([notice(10, "OK", "ALARM"), notice(75, "ALARM", "OK")], NOW)

    assert figures(one) == (2, 1, 65, "OK")
    assert (one.since, one.in_alarm) == (None, False)


def test_alarm_that_lasts_counts_up_to_now() -> None:
    (one,) = group([notice(1440 - 30, "OK", "ALARM")], NOW)

    assert figures(one) == (1, 0, 30, "ALARM")
    assert one.since == NOW - timedelta(minutes=30)


def test_alarm_that_began_before_the_digest_has_no_known_length() -> None:
    (one,) = group([notice(10, "ALARM", "OK")], NOW)

    assert figures(one) == (1, 1, None, "OK")


def test_repeated_notice_of_the_same_alarm_prolongs_it() -> None:
    (one,) = group([notice(10, "OK", "ALARM"), notice(20, "ALARM", "ALARM"), notice(30, "ALARM", "OK")], NOW)

    assert figures(one) == (3, 1, 20, "OK")


def test_missing_data_ends_an_alarm() -> None:
    notices = [notice(10, "OK", "ALARM"), notice(15, "ALARM", "INSUFFICIENT_DATA")]

    assert figures(group(notices, NOW)[0]) == (2, 1, 5, "INSUFFICIENT_DATA")


def test_clock_that_lags_gives_no_negative_length() -> None:
    (one,) = group([notice(1500, "OK", "ALARM")], NOW)

    assert one.longest == timedelta()


def test_alarms_in_alarm_come_first_then_those_that_flap() -> None:
    restless = [notice(i, *("OK", "ALARM")[:: 1 if i % 2 else -1], name="restless") for i in range(1, 7)]
    notices = [
        notice(1, "OK", "INSUFFICIENT_DATA", name="calm"),
        *restless,
        notice(9, "OK", "ALARM", name="lasting"),
    ]

    assert [one.last.name for one in group(notices, NOW)] == ["lasting", "restless", "calm"]


histories = st.lists(st.tuples(st.integers(0, 1440), st.sampled_from(STATES)), min_size=1, max_size=25)


@given(
    data=st.dictionaries(st.sampled_from("abc"), st.tuples(st.sampled_from(STATES), histories)),
    random=st.randoms(),
)
def test_figures_agree_with_a_naive_count(data: dict[str, Any], random: Any) -> None:
    # given: alarms, each with a first state and changes at minutes of the last day, in any order
    notices: list[Any] = []
    expected = {}
    for name, (first, history) in data.items():
        ordered = sorted(history, key=lambda change: change[0])
        expected[name] = naive(first, ordered)
        olds = [first, *(new for _, new in ordered)]
        notices += [
            notice(minute, old, new, name=name, number=number)
            for number, (old, (minute, new)) in enumerate(zip(olds, ordered, strict=False))
        ]
    random.shuffle(notices)

    # when
    groups = group(notices, NOW)

    # then
    assert {one.last.name: figures(one) for one in groups} == expected


def naive(first: str, history: list[tuple[int, str]]) -> tuple[int, int, int | None, str]:
    """Count on the letters of the states: A for ALARM, with the state before all in front."""
    letters = "".join(state[0] for state in (first, *(state for _, state in history)))
    minutes = [0, *(minute for minute, _ in history), 1440]
    stays = [minutes[found.end()] - minutes[found.start()] for found in re.finditer("(?<=[OI])A+", letters)]
    return len(history), len(re.findall("A(?=[OI])", letters)), max(stays, default=None), history[-1][1]
