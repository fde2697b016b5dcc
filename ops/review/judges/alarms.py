"""Metric alarms and composite alarms."""

from __future__ import annotations

from ops.review.judges import actions, composites, conditions, evaluations, metrics, statistics
from ops.review.judges import periods as lengths
from ops.review.judges.kinds import Aspect, Kind
from ops.review.judges.signals import periods, read_signal
from ops.review.plans import Values
from ops.review.values import shown
from ops.review.world import World

_LOST = "Nobody hears of it any more."
_TEXTS = frozenset({"alarm_description", "tags"})


def metric_alarm(values: Values, world: World) -> str:
    """A metric alarm in words."""
    found = evaluations.m_of_n(values)
    times = f"{found[0]} of {found[1]}" if found else shown(values.get("evaluation_periods"))
    signal = read_signal(values)
    return f"{signal} {conditions.in_words(values, world)} in {times} periods of {periods(signal)}"


METRIC_ALARM = Kind(
    types=("aws_cloudwatch_metric_alarm",),
    noun="alarm",
    lost=_LOST,
    identity=("alarm_name",),
    aspects=(
        Aspect(conditions.READ, conditions.judge),
        Aspect(evaluations.PATHS, evaluations.judge),
        Aspect(lengths.PATHS, lengths.judge),
        Aspect(statistics.PATHS, statistics.judge),
        Aspect(metrics.PATHS, metrics.judge),
        Aspect(actions.PATHS, actions.judge),
        Aspect(actions.TAGS, actions.judge_tags),
    ),
    harmless=_TEXTS,
    describe=metric_alarm,
)
COMPOSITE_ALARM = Kind(
    types=("aws_cloudwatch_composite_alarm",),
    noun="composite alarm",
    lost=_LOST,
    identity=("alarm_name",),
    aspects=(
        Aspect(composites.PATHS, composites.judge),
        Aspect(actions.PATHS, actions.judge),
        Aspect(actions.TAGS, actions.judge_tags),
    ),
    harmless=_TEXTS,
    describe=composites.rule_text,
)
KINDS = (METRIC_ALARM, COMPOSITE_ALARM)
