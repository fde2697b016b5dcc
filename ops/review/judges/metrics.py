"""What an alarm no longer watches, watches besides, or computes otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.review.judges.conditions import in_words
from ops.review.judges.kinds import verdict
from ops.review.judges.signals import Input, MetricId, Signal, read_signal, same_math, written
from ops.review.plans import Change
from ops.review.values import is_unknown, listed
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_LATER = "What it watches is known only after apply."
PATHS = (
    "namespace",
    "metric_name",
    "dimensions",
    "unit",
    "metric_query",
    "threshold_metric_id",
    # A plain alarm that becomes one of queries leaves these empty, and is none the worse for it.
    "period",
    "statistic",
    "extended_statistic",
)


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge by the series that are read, and by what is made of them."""
    if change.keeps(*PATHS):
        return
    old, new = read_signal(change.before), read_signal(change.after)
    if not (old.is_known and new.is_known):
        yield _unknown(change, old, new)
        return
    yield from _series(change, world, old, new)
    if not same_math(old, new):
        yield _otherwise(change, old, new)
    elif _reads(old) == _reads(new) and written(change.before) != written(change.after):
        yield verdict(change, Effect.UNAFFECTED, "metric", "names or labels its metrics otherwise")


def _reads(signal: Signal) -> tuple[set[Input], tuple[Any, ...]]:
    """The series with their statistics, and the periods."""
    return set(signal.inputs.values()), signal.periods


def _unknown(change: Change, old: Signal, new: Signal) -> Verdict:
    queries = [side.get("metric_query") for side in (change.before, change.after)]
    note = _LATER if any(map(is_unknown, queries)) else "What it watches is sensitive."
    text = "may watch something else, or compute it otherwise"
    return verdict(change, Effect.UNCLEAR, "metric", text, old=str(old), new=str(new), note=note)


def _otherwise(change: Change, old: Signal, new: Signal) -> Verdict:
    """The math as it is written; with its inputs where it is written as before."""
    words = (old.math, new.math) if old.math != new.math else (str(old), str(new))
    text = "computes its value otherwise"
    return verdict(change, Effect.UNCLEAR, "expression", text, old=words[0], new=words[1], note=_names(new))


def _series(change: Change, world: World, old: Signal, new: Signal) -> Iterator[Verdict]:
    lost, gained = old.metrics - new.metrics, new.metrics - old.metrics
    words = {"old": _listed(lost), "new": _listed(gained)}
    note = f"It fires {in_words(change.after, world)}."
    gone, come = _certain(lost, gained), _certain(gained, lost)
    if gone:
        yield verdict(change, Effect.WEAKENED, "metric", "no longer watches", **words, note=note)
    if come:
        yield verdict(change, Effect.STRENGTHENED, "metric", "now watches", **words, note=note)
    if gone != lost or come != gained:
        text = "may watch another metric"
        yield verdict(change, Effect.UNCLEAR, "metric", text, **words, note=_LATER)


def _certain(metrics: frozenset[MetricId], others: frozenset[MetricId]) -> frozenset[MetricId]:
    """Those that none of the others may turn out to be."""
    return frozenset(one for one in metrics if not any(one.may_be(other) for other in others))


def _listed(metrics: frozenset[MetricId]) -> str:
    return listed(map(str, sorted(metrics))) or "none"


def _names(signal: Signal) -> str:
    if signal.is_plain:
        return ""
    found = (f"{key} is {one}" for key, one in signal.inputs.items())
    return listed(found, 4)
