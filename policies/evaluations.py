"""How an alarm is evaluated: M of N periods, their length, and what missing data means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.views import MetricAlarm
from modules.spec.alarms import Missing
from modules.terraform.values import as_text, as_whole, is_open
from policies.engine import rule
from policies.findings import Level

HIGH_RESOLUTION_SECONDS = (10, 20, 30)
MINUTE_SECONDS = 60
_ENTRY = "set the evaluation of its catalog entry"


@rule(
    "MON-EVL-001", level=Level.ERROR, why="The default leaves an alarm in INSUFFICIENT_DATA without a word."
)
def missing_data_is_explicit(alarm: MetricAlarm) -> Iterator[Breach]:
    """Every alarm says what a period without data means."""
    value = alarm.get("treat_missing_data")
    if not is_open(value) and value not in tuple(Missing):
        yield alarm.finding(found=value, wanted=tuple(Missing), fix="set missing= in its catalog entry")


@rule("MON-EVL-002", level=Level.ERROR, why="More datapoints than periods can never breach.")
def datapoints_fit_periods(alarm: MetricAlarm) -> Iterator[Breach]:
    """An alarm fires on M of N periods, with M at least 1 and at most N."""
    of, datapoints = alarm.get("evaluation_periods"), alarm.get("datapoints_to_alarm")
    if is_open(of) or is_open(datapoints):
        return
    most = as_whole(of)
    needed = most if datapoints is None else as_whole(datapoints)
    if most is None or needed is None or not 1 <= needed <= most:
        yield alarm.finding(found=f"{datapoints} of {of}", wanted="1 ≤ M ≤ N, whole numbers", fix=_ENTRY)


@rule("MON-EVL-003", level=Level.ERROR, why="CloudWatch refuses other periods.")
def period_is_legal(alarm: MetricAlarm) -> Iterator[Breach]:
    """A period is 10, 20 or 30 seconds, or whole minutes."""
    for period in _periods(alarm):
        seconds = as_whole(period)
        if seconds is None or not (seconds in HIGH_RESOLUTION_SECONDS or _whole_minutes(seconds)):
            yield alarm.finding(found=period, wanted="10, 20, 30 or a multiple of 60 seconds", fix=_ENTRY)


@rule("MON-EVL-004", level=Level.ERROR, why="CloudWatch refuses to look back further.")
def window_is_legal(alarm: MetricAlarm) -> Iterator[Breach]:
    """All periods together are at most a day, or a week if each is an hour or more."""
    of = as_whole(alarm.get("evaluation_periods"))
    for period in _periods(alarm):
        seconds = as_whole(period)
        if of is None or seconds is None:
            continue
        most = _longest_window(seconds)
        if seconds * of > most:
            yield alarm.finding(found=f"{of} periods of {seconds} s", wanted=f"at most {most} s", fix=_ENTRY)


@rule(
    "MON-EVL-005",
    level=Level.ERROR,
    why="With `ignore` an alarm on p99 rests below 1000 samples in a period: say which is meant.",
)
def few_samples_are_explicit(alarm: MetricAlarm) -> Iterator[Breach]:
    """An alarm on a percentile says whether few samples are judged; no other alarm does."""
    value, statistic = (
        alarm.get("evaluate_low_sample_count_percentiles"),
        as_text(alarm.get("extended_statistic")),
    )
    if is_open(value) or is_open(alarm.get("extended_statistic")):
        return
    wanted = ("evaluate", "ignore") if statistic and statistic.startswith("p") else (None,)
    if value not in wanted:
        fix = "leave it to the generator, which sets it for percentiles only"
        yield alarm.finding(found=value, wanted=wanted, fix=fix)


def _periods(alarm: MetricAlarm) -> Iterator[Any]:
    """Every period of the alarm that is known, once."""
    seen: list[Any] = []
    for period in [item.period for item in alarm.series]:
        if not is_open(period) and period not in seen:
            seen.append(period)
            yield period


def _whole_minutes(seconds: int) -> bool:
    return seconds > 0 and seconds % MINUTE_SECONDS == 0


def _longest_window(period_seconds: int) -> int:
    if period_seconds < facts.limit("alarm_short_period_below_seconds"):
        return facts.limit("alarm_window_seconds_short_period")
    return facts.limit("alarm_window_seconds")
