"""Dashboards as widgets, and saved queries: nothing that alerting depends on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modules.terraform.values import as_list, as_map
from ops.review.judges.kinds import Kind, plain, read_json, verdict, when_changed
from ops.review.plans import Change, Values
from ops.review.values import clipped, counted, differences, listed, number, one_line, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_BODY = "dashboard_body"
_PLACE = ("x", "y", "width", "height")
_LONGEST_TITLE = 60
Widget = Mapping[str, Any]


def _widgets(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
    """Widgets added, removed, changed and moved, by their titles."""
    old, new = read_body(before), read_body(after)
    if old is None or new is None:
        text = "may have other widgets"
        yield verdict(change, Effect.UNAFFECTED, "widgets", text, note="They are known only after apply.")
        return
    counts = {"old": counted(len(old), "widget"), "new": counted(len(new), "widget")}
    added, removed, altered, moved = compared(old, new)
    for text, names in (("shows new widgets", added), ("no longer shows widgets", removed)):
        if names:
            yield verdict(change, Effect.UNAFFECTED, "widgets", text, item=listed(names), **counts)
    for name, what, one, other in altered:
        text, item = "shows a widget otherwise", f"{name}: {what}"
        yield verdict(change, Effect.UNAFFECTED, "widgets", text, item=item, old=one, new=other)
    if moved:
        text = "has widgets in other places"
        yield verdict(change, Effect.UNAFFECTED, "layout", text, item=counted(moved, "widget"))
    yield from _page(change, _settings(before), _settings(after))


def _settings(body: Any) -> Widget:
    return {key: one for key, one in as_map(read_json(body)).items() if key != "widgets"}


def _page(change: Change, old: Widget, new: Widget) -> Iterator[Verdict]:
    """What holds for the whole page, such as where its time begins."""
    for path, before, after in differences(old, new):
        words = {"item": path, "old": shown(before), "new": shown(after)}
        yield verdict(change, Effect.UNAFFECTED, "page", "has another", **words)


def read_body(value: Any) -> list[Widget] | None:
    """The widgets of a body; `None` if they are not known."""
    found = as_map(read_json(value)).get("widgets")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else None


def compared(
    old: Sequence[Widget], new: Sequence[Widget]
) -> tuple[list[str], list[str], list[tuple[str, str, str, str]], int]:
    """Titles added and removed, changes as title, what, old and new, and how many only moved."""
    before, after = _by_title(old), _by_title(new)
    added, removed, moved = [], [], 0
    altered: list[tuple[str, str, str, str]] = []
    for title in sorted({*before, *after}):
        one, other = _unmatched(before.get(title, []), after.get(title, []))
        removed += [title] * max(0, len(one) - len(other))
        added += [title] * max(0, len(other) - len(one))
        for left, right in zip(one, other, strict=False):
            altered += ((title, *difference) for difference in _differences(left, right))
        moved += _moved(before.get(title, []), after.get(title, []))
    return added, removed, altered, moved


def _by_title(widgets: Sequence[Widget]) -> dict[str, list[Widget]]:
    found: dict[str, list[Widget]] = defaultdict(list)
    for widget in widgets:
        found[title(widget)].append(widget)
    return found


def title(widget: Widget) -> str:
    """What a reader calls a widget."""
    properties = as_map(widget.get("properties"))
    text = properties.get("title") or properties.get("markdown") or f"a {shown(widget.get('type'))} widget"
    return clipped(one_line(str(text)), _LONGEST_TITLE)


def _unmatched(old: list[Widget], new: list[Widget]) -> tuple[list[Widget], list[Widget]]:
    """Those whose content is not on both sides."""
    left = [one for one in old if _content(one) not in map(_content, new)]
    return left, [one for one in new if _content(one) not in map(_content, old)]


def _content(widget: Widget) -> str:
    return json.dumps({key: one for key, one in widget.items() if key not in _PLACE}, sort_keys=True)


def _moved(old: list[Widget], new: list[Widget]) -> int:
    places = [{_content(one): [one.get(key) for key in _PLACE] for one in side} for side in (old, new)]
    return sum(places[1].get(content, place) != place for content, place in places[0].items())


def _differences(old: Widget, new: Widget) -> Iterator[tuple[str, str, str]]:
    one, other = as_map(old.get("properties")), as_map(new.get("properties"))
    if old.get("type") != new.get("type"):
        yield "type", shown(old.get("type")), shown(new.get("type"))
    for path, left, right in differences(one, other):
        yield (path, *_in_words(left, right))


def _in_words(old: Any, new: Any) -> tuple[str, str]:
    """Short values as they are; of lists, what only one side has."""
    if not isinstance(old, list) and not isinstance(new, list):
        return shown(old), shown(new)
    before, after = (list(as_list(side)) for side in (old, new))
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    return _entries(before, gone), _entries(after, come)


def _entries(every: list[Any], own: list[Any]) -> str:
    return f"{number(len(every))}, with {listed(map(entry, own), 3)}" if own else number(len(every))


def entry(value: Any) -> str:
    """A line, a mark or an alarm as a reader knows it: by its label, its expression or its name."""
    parts = as_list(value)
    options = next((one for one in parts if isinstance(one, Mapping)), {})
    named = options.get("label") or options.get("expression")
    texts = [one for one in parts if isinstance(one, str)]
    return shown(named) if named else shown(" ".join(texts).rpartition(":")[2] or value)


def _describe(values: Values, _world: World) -> str:
    widgets = read_body(values.get(_BODY))
    name = shown(values.get("dashboard_name"))
    return name if widgets is None else f"{name}, {counted(len(widgets), 'widget')}"


DASHBOARD = Kind(
    types=("aws_cloudwatch_dashboard",),
    noun="dashboard",
    lost=None,
    aspects=(when_changed(_BODY, _widgets),),
    harmless=frozenset({"*"}),
    describe=_describe,
)
QUERY = Kind(
    types=("aws_cloudwatch_query_definition",),
    noun="saved query",
    lost=None,
    aspects=(plain("query_string", "asks otherwise", effect=Effect.UNAFFECTED),),
    harmless=frozenset({"*"}),
)
GROUPING = Kind(
    types=(
        "aws_resourcegroups_group",
        "aws_synthetics_group",
        "aws_xray_group",
        "aws_synthetics_group_association",
    ),
    noun="grouping",
    lost=None,
    harmless=frozenset({"*"}),
)
KINDS = (DASHBOARD, QUERY, GROUPING)
