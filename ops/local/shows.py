"""What arrived, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ops.local.notices import Notice
from ops.local.pagerduty import Event
from ops.local.screens import Screen
from ops.local.taps import Mail
from ops.local.watches import Arrival


def show(screen: Screen, arrival: Arrival, since: float) -> None:
    """Print one arrival, and how long after the change of state it came."""
    after = max(arrival.at - since, 0.0)
    screen.say(f"  {arrival.channel} of the {arrival.route} route, after {after:.1f} s", "cyan")
    for line in _lines(arrival.what):
        screen.console.print(Text("  │ ", "cyan") + line, soft_wrap=True)


def _lines(what: Notice | Event | Mail) -> Iterator[Text]:
    match what:
        case Notice():
            yield from _notice(what)
        case Event():
            yield from _event(what)
        case Mail():
            yield from _mail(what)


def _notice(notice: Notice) -> Iterator[Text]:
    yield Text(notice.title, "bold")
    yield from map(Text, notice.story)
    yield from (Text(f"{label}: {value}") for label, value in notice.fields.items())
    if notice.buttons:
        buttons = [Text(f"[{label}]", f"link {url}") for label, url in notice.buttons.items()]
        yield Text(" ").join(buttons)
    yield from map(Text, notice.marks)


def _event(event: Event) -> Iterator[Text]:
    yield Text(f"{event.action}: {event.summary}", "bold")
    yield Text(f"dedup key: {event.dedup_key}")
    yield Text(f"from the topic {event.topic}")


def _mail(mail: Mail) -> Iterator[Text]:
    yield Text(mail.subject, "bold")
    if not mail.alarm:
        yield from map(Text, mail.body.rstrip().splitlines())
