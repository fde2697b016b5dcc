"""Everything that is no alarm: events, budget notices, plain text; and the choice among all."""

from __future__ import annotations

import re
from dataclasses import replace

import alarms
from links import place_of
from notice import Notice, is_drill, shown, unwrap
from options import Options
from shared.envelopes import alarm_of
from shared.fields import Fields
from shared.texts import clean

_MOST_FACTS = 8
# "Budget Name: monthly", "ACTUAL Amount: $95.06": the lines below the letter of AWS Budgets.
_BUDGET_LINE = re.compile(r"^((?:Budget|Alert|ACTUAL|FORECASTED)[A-Za-z ]{1,30}): *(.{1,200})$", re.MULTILINE)


def read(body: object, options: Options) -> Notice:
    """The notice that a queued record's body holds; nothing raises."""
    content, notice = unwrap(body, options)
    message = Fields(content)
    alarm = alarm_of(content)
    if alarm:
        return alarms.as_notice(alarm, notice)
    if message.has("detail-type", "detail"):
        return _event(message, notice)
    is_budget = notice.title.startswith("AWS Budgets") or notice.text.startswith("AWS Budget")
    return _budget(notice) if is_budget else notice


def _event(event: Fields, notice: Notice) -> Notice:
    detail = event.part("detail")
    told = [(clean(name), text) for name in detail.raw if (text := detail.text(name))]
    region, account = event.text("region"), event.text("account")
    return replace(
        notice,
        text="" if 0 < len(detail.raw) == len(told) < _MOST_FACTS else shown(event.raw["detail"]),
        title=event.text("detail-type") or "Event",
        place=place_of("", region or notice.place.region, account or notice.place.account),
        at=event.time("time") or notice.at,
        facts=(("Source", event.text("source")), *told)[:_MOST_FACTS],
        drill=notice.drill or any(is_drill(text) for _, text in told),
    )


def _budget(letter: Notice) -> Notice:
    figures = _BUDGET_LINE.findall(letter.text)
    name = f"AWS Budgets: {dict(figures).get('Budget Name', '')}"
    return replace(
        letter,
        title=name if letter.text.startswith(letter.title) else letter.title,
        text=re.sub(r"\n{2,}", "\n", _BUDGET_LINE.sub("", letter.text).strip()),
        facts=tuple(figures[:_MOST_FACTS]),
    )
