"""How many periods have to breach, M of N, and what silence means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.terraform.values import as_whole, same
from ops.review.judges.kinds import is_open, unclear, verdict, weaker_if
from ops.review.plans import Change, Values
from ops.review.values import shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_FEW = "evaluate_low_sample_count_percentiles"
PATHS = ("evaluation_periods", "datapoints_to_alarm", "treat_missing_data", _FEW)

_SILENCE = {"breaching": 3, "missing": 1, "ignore": 1, "notBreaching": 0}
_SILENCE_WORDS = {
    "breaching": "no data is a breach",
    "missing": "no data is insufficient data",
    "ignore": "no data keeps the state",
    "notBreaching": "no data is fine",
}


def judge(change: Change, _world: World) -> Iterator[Verdict]:
    """Judge M of N, missing data, and percentiles of few samples."""
    yield from _m_of_n(change)
    yield from _silence(change)
    yield from _few_samples(change)


def m_of_n(values: Values) -> tuple[int, int] | None:
    """M of N; `None` where one of them cannot be told."""
    of = as_whole(values.get("evaluation_periods"))
    given = values.get("datapoints_to_alarm")
    datapoints = of if given in (None, 0) else as_whole(given)
    if of is None or datapoints is None or not 1 <= datapoints <= of:
        return None
    return datapoints, of


def _m_of_n(change: Change) -> Iterator[Verdict]:
    names = ("datapoints_to_alarm", "evaluation_periods")
    raw = [[side.get(name) for name in names] for side in (change.before, change.after)]
    old, new = m_of_n(change.before), m_of_n(change.after)
    if same(raw[0], raw[1]) or (old == new and old is not None):
        return
    if old is None or new is None:
        text = "needs another number of breaching periods"
        yield unclear(change, "m_of_n", text, *(" of ".join(map(shown, side)) for side in raw))
        return
    words = {"old": f"{old[0]} of {old[1]} periods", "new": f"{new[0]} of {new[1]} periods"}
    tighter, looser = implied(old, new), implied(new, old)
    if tighter and looser:
        text = f"fires as before, and ends {'later' if new[1] > old[1] else 'sooner'}"
        yield verdict(change, Effect.CHANGED, "m_of_n", text, **words)
    elif tighter or looser:
        text = f"fires {'less' if looser else 'more'} easily"
        yield verdict(change, weaker_if(looser), "m_of_n", text, **words)
    else:
        more = new[0] > old[0]
        text = f"needs {'more' if more else 'fewer'} breaching periods"
        yield verdict(change, weaker_if(more), "m_of_n", text, **words)
        text = f"looks at {'more' if more else 'fewer'} periods"
        yield verdict(change, weaker_if(not more), "m_of_n", text, **words)


def implied(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether whatever fires the old alarm fires the new one, at the latest by the same time.

    The most breaches that N periods can hold without M' of any N' in a row are ``q·(M'-1)`` for each
    whole stretch of N', and ``min(M'-1, r)`` for the rest.
    """
    (datapoints, of), (fewer, within) = old, new
    stretches, rest = divmod(of, within)
    return stretches * (fewer - 1) + min(fewer - 1, rest) < datapoints


def _silence(change: Change) -> Iterator[Verdict]:
    old, new = (side.get("treat_missing_data") or "missing" for side in (change.before, change.after))
    if old == new:
        return
    was, now = _rank_of_silence(old), _rank_of_silence(new)
    words = {"old": _SILENCE_WORDS.get(str(old), shown(old)), "new": _SILENCE_WORDS.get(str(new), shown(new))}
    if was is None or now is None or was == now:
        yield verdict(change, Effect.UNCLEAR, "missing_data", "treats missing data otherwise", **words)
        return
    text = f"takes missing data {'less' if now < was else 'more'} seriously"
    yield verdict(change, weaker_if(now < was), "missing_data", text, **words)


def _rank_of_silence(value: Any) -> int | None:
    return _SILENCE.get(value) if isinstance(value, str) else None


def _few_samples(change: Change) -> Iterator[Verdict]:
    old, new = change.before.get(_FEW), change.after.get(_FEW)
    if is_open(old, new):
        if old != new:
            yield unclear(change, _FEW, "may judge few samples otherwise", old, new)
        return
    was, now = (one != "ignore" for one in (old, new))
    if was != now:
        text = f"{'no longer judges' if was else 'judges'} a percentile of few samples"
        yield verdict(change, weaker_if(was), _FEW, text, old=shown(old), new=shown(new))
