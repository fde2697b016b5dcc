"""What an alarm no longer watches, watches besides, or computes otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from ops.review.changes import Change
from ops.review.judges.conditions import in_words
from ops.review.judges.kinds import verdict
from ops.review.judges.signals import MetricId, Signal, read_signal, same_math, written
from ops.review.verdicts import Effect, Verdict
from ops.review.words import listed
from ops.review.world import World

PATHS = ("namespace", "metric_name", "dimensions", "unit", "metric_query")


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge by the series that are read, and by what is made of them."""
    if all(change.before.get(path) == change.after.get(path) for path in PATHS):
        return
    old, new = read_signal(change.before), read_signal(change.after)
    yield from _series(change, world, old, new)
    if same_math(old, new):
        if set(old.inputs.values()) == set(new.inputs.values()) and written(change.before) != written(
            change.after
        ):
            yield verdict(change, Effect.UNAFFECTED, "metric", "names or labels its metrics otherwise")
    else:
        text = "computes its value otherwise"
        yield verdict(
            change,
            Effect.UNCLEAR,
            "expression",
            text,
            old=old.expression,
            new=new.expression,
            note=_names(new),
        )


def _series(change: Change, world: World, old: Signal, new: Signal) -> Iterator[Verdict]:
    lost, gained = old.metrics - new.metrics, new.metrics - old.metrics
    words = {
        "old": _listed(lost),
        "new": _listed(gained),
        "note": f"It fires {in_words(change.after, world)}.",
    }
    if lost:
        yield verdict(change, Effect.WEAKENED, "metric", "no longer watches", **words)
    if gained:
        yield verdict(change, Effect.STRENGTHENED, "metric", "now watches", **words)


def _listed(metrics: frozenset[MetricId]) -> str:
    return listed(map(str, sorted(metrics))) or "none"


def _names(signal: Signal) -> str:
    if signal.is_plain:
        return ""
    found = (f"{key} is {one.statistic} of {one.metric}" for key, one in signal.inputs.items())
    return listed(found, 4)
