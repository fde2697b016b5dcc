"""Who was to hear of what, and who did: the table at the end of an incident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from ops.local.watches import Arrival, Channel


@dataclass(frozen=True)
class Outcome:
    """One state of one alarm.

    Attributes
    ----------
    alarm
        Its key.
    since
        When the alarm came into that state, in seconds since 1970.
    expected
        The channels of its route.
    """

    alarm: str
    route: str
    state: str
    since: float
    expected: frozenset[Channel]
    arrivals: tuple[Arrival, ...]

    @property
    def good(self) -> bool:
        """Whether it arrived wherever it was to, and nowhere else."""
        return {(one.route, one.channel) for one in self.arrivals} == {
            (self.route, channel) for channel in self.expected
        }

    def seconds(self, channel: Channel) -> float | None:
        """How long it took to a channel of its route; none if it is not there."""
        times = [one.at for one in self.arrivals if (one.route, one.channel) == (self.route, channel)]
        return max(min(times) - self.since, 0.0) if times else None

    def cell(self, channel: Channel) -> Text:
        """What the table says of a channel."""
        strays = [one.route for one in self.arrivals if one.channel is channel and one.route != self.route]
        seconds = self.seconds(channel)
        if strays or (seconds is not None and channel not in self.expected):
            return Text("WHERE IT DOES NOT BELONG", "red")
        if seconds is not None:
            return Text(f"✓ {seconds:.1f} s", "green")
        return Text("NOT DELIVERED", "red") if channel in self.expected else Text("-", "dim")


def table(outcomes: Iterable[Outcome]) -> Table:
    """Each state of each alarm by channel; a dash where its route has no such channel."""
    found = Table("route", "alarm", "state", *Channel, title="Who heard of it", title_justify="left")
    found.caption = "✓: delivered after so long; -: the route has no such channel"
    before = ""
    for one in outcomes:
        first = one.alarm != before
        if first:
            found.add_section()
        names = (one.route, one.alarm) if first else ("", "")
        found.add_row(*names, one.state, *map(one.cell, Channel))
        before = one.alarm
    return found
