"""Everything that is no alarm: events, budget notices, plain text; and the choice among all."""

from __future__ import annotations

import re
from dataclasses import replace

import alarms
from fields import Fields
from links import place_of
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
    if message.has("AlarmName", "NewStateValue"):
        return alarms.from_topic(message, source)
    if message.has("detail-type", "detail"):
        is_alarm = message.raw["detail-type"] == alarms.EVENT
        return (alarms.from_event if is_alarm else _event)(message, source)
    notice = plain(content, source)
    is_budget = source.subject.startswith("AWS Budgets") or notice.text.startswith("AWS Budget")
    return _budget(notice, source) if is_budget else notice


def _event(event: Fields, source: Source) -> Notice:
    detail = event.part("detail")
    told = [(clean(name), text) for name in detail.raw if (text := detail.text(name))]
    notice = plain(event.raw["detail"], source)
    region, account = event.text("region"), event.text("account")
    return replace(
        notice,
        text="" if 0 < len(detail.raw) == len(told) < _MOST_FACTS else notice.text,
        title=event.text("detail-type") or "Event",
        place=place_of("", region or source.place.region, account or source.place.account),
        at=event.time("time") or source.at,
        facts=(("Source", event.text("source")), *told)[:_MOST_FACTS],
        drill=notice.drill or any(is_drill(text) for _, text in told),
    )


def _budget(letter: Notice, source: Source) -> Notice:
    figures = _BUDGET_LINE.findall(letter.text)
    return replace(
        letter,
        title=source.subject or f"AWS Budgets: {dict(figures).get('Budget Name', '')}",
        text=re.sub(r"\n{2,}", "\n", _BUDGET_LINE.sub("", letter.text).strip()),
        facts=tuple(figures[:_MOST_FACTS]),
    )
