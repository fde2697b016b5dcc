"""Everything that is no alarm: events, budget notices, plain text; and the choice among all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import alarms
from fields import Fields, number, parse_time
from links import Place, place_of
from notice import Notice, Source, is_drill, plain, unwrap
from options import Options
from texts import clean

_MOST_FACTS = 8
# "Budget Name: monthly", "ACTUAL Amount: $95.06": the lines below the letter of AWS Budgets.
_BUDGET_LINE = re.compile(r"^((?:Budget|Alert|ACTUAL|FORECASTED)[A-Za-z ]{1,30}): *(.{1,200})$", re.MULTILINE)


def read(body: object, options: Options) -> Notice:
    """The notice that a queued record's body holds; nothing raises."""
    content, source = unwrap(body, options)
    message = Fields(content)
    if alarms.is_alarm(message):
        return alarms.from_topic(message, source)
    if message.has("detail-type", "detail"):
        is_alarm = message.raw["detail-type"] == alarms.EVENT
        return (alarms.from_event if is_alarm else _event)(message, source)
    if isinstance(content, str) and _is_budget(content, source):
        return _budget(content, source)
    return plain(content, source)


def _event(event: Fields, source: Source) -> Notice:
    detail = event.part("detail")
    scalars = _scalars(detail.raw)
    facts = [("Source", event.text("source")), *scalars][:_MOST_FACTS]
    told = bool(scalars) and len(facts) == len(detail.raw) + 1
    found = place_of(region=event.text("region") or source.place.region)
    notice = plain(event.raw.get("detail"), source)
    return replace(
        notice,
        text="" if told else notice.text,
        title=event.text("detail-type") or "Event",
        place=Place(found.partition, found.region, event.text("account") or source.place.account),
        at=parse_time(event.text("time")) or source.at,
        facts=tuple(facts),
        drill=notice.drill or any(is_drill(value) for _, value in scalars),
    )


def _scalars(raw: Mapping[object, object]) -> list[tuple[str, str]]:
    return [
        (clean(name), clean(value))
        for name, value in raw.items()
        if (isinstance(value, str) and value) or number(value) is not None
    ]


def _is_budget(text: str, source: Source) -> bool:
    return source.subject.startswith("AWS Budgets") or text.lstrip().startswith("AWS Budget")


def _budget(text: str, source: Source) -> Notice:
    notice = plain(text, source)
    facts = [(clean(name), clean(value)) for name, value in _BUDGET_LINE.findall(notice.text)]
    name = dict(facts).get("Budget Name", "")
    letter = _BUDGET_LINE.sub("", notice.text).strip()
    return replace(
        notice,
        title=source.subject or f"AWS Budgets: {name}",
        text=re.sub(r"\n{2,}", "\n", letter),
        facts=tuple(facts[:_MOST_FACTS]),
    )
