"""How much is used in a month: what no resource says of itself, and an estimate has to assume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from modules.semantics.globs import matches

ALL = "*"
Figures = Mapping[str, Decimal]


@dataclass(frozen=True)
class Volume:
    """One assumption.

    Attributes
    ----------
    default
        The figure for one month where config/ has none.
    what, because
        What it counts, and why the default is what it is.
    of
        What has a figure of its own by its name, such as a log group; nothing where there is but one.
    most
        The largest figure that means anything.
    """

    default: Decimal | None
    what: str
    because: str
    of: str = ""
    most: Decimal = Decimal(10) ** 9


def _volume(default: str | None, what: str, because: str, of: str = "", *, most: int | None = None) -> Volume:
    figure = None if default is None else Decimal(default)
    return Volume(figure, what, because, of, Volume.most if most is None else Decimal(most))


VOLUMES: Mapping[str, Volume] = {
    "log_gb": _volume(
        "1", "GB written to each log group", "a quiet service; AWS/Logs IncomingBytes tells", "log group"
    ),
    "storage_ratio": _volume(
        "0.15", "GB stored for each GB written", "the compression that AWS's own calculator takes", most=1
    ),
    "months_without_end": _volume(
        "12", "months of what never expires", "the first year; it grows from month to month", most=120
    ),
    "metric_series": _volume(
        "10",
        "series of each filter's metric with dimensions",
        "dimensions hold a few names, not ids",
        "metric",
    ),
    "metric_requests": _volume("8760", "requests that publish metrics", "one request every 5 minutes"),
    "insights_metrics": _volume("10", "metrics that each Metrics Insights alarm analyses", "a small fleet"),
    "query_gb": _volume(
        "1", "GB scanned by each saved query and log widget", "some runs a day over some hours of logs"
    ),
    "live_tail_minutes": _volume("0", "minutes of Live Tail", "nobody leaves it open"),
    "notifications": _volume(
        "300", "notifications on each topic", "five alarms a day, each with its OK", "topic"
    ),
    "queue_requests": _volume(
        "3", "requests for each queued notification", "it is sent, received and deleted"
    ),
    "idle_polls": _volume(
        "657000", "receives from each consumed queue", "Lambda keeps five open for 20 seconds each"
    ),
    "invocations": _volume("8760", "invocations of each function", "one every 5 minutes", "function"),
    "function_seconds": _volume("1", "s of each invocation", "one or two answers to wait for", most=900),
    "cron_runs": _volume("31", "runs of each schedule whose times are not known", "once a day"),
    "key_requests": _volume("10000", "requests to each key", "AWS services keep a data key for five minutes"),
    "secret_requests": _volume(
        "8760", "requests for each secret", "a function that keeps it for five minutes"
    ),
    "canary_runs": _volume(None, "runs of each canary", "as often as its schedule says", "canary"),
    "canary_seconds": _volume("10", "s of each canary run", "a page or two", most=900),
    "traced_share": _volume(
        "1",
        "traces for each invocation of a traced function",
        "X-Ray takes all while they are few",
        most=1,
    ),
    "traces": _volume("10000", "traces under each sampling rule", "5 % of 200,000 requests"),
    "trace_scans": _volume("10000", "traces that people look through", "some incidents"),
    "stream_updates": _volume("4380000", "updates of each metric stream", "a hundred metrics every minute"),
    "contributor_events": _volume(
        "1000000", "events that match each Contributor Insights rule", "some twenty a minute"
    ),
    "page_events": _volume("100000", "events of each RUM monitor", "a few thousand visits"),
    "database_vcpus": _volume("2", "vCPUs of each database", "the smallest classes have two"),
    "bucket_gb": _volume(
        "1", "GB put into each bucket besides archived logs", "artifacts of canaries and the like", "bucket"
    ),
    "archive_objects": _volume(
        "8760", "objects put into each bucket", "a delivery stream writes one every 5 minutes"
    ),
}


@dataclass(frozen=True)
class Volumes:
    """The assumptions of an estimate.

    Attributes
    ----------
    given
        What config/ says in place of the defaults: by volume, and then by name, where ``*`` stands for
        anything. The longest name that fits counts.
    """

    given: Mapping[str, Figures] = field(default_factory=dict)

    def figure(self, volume: str, name: str = "") -> Decimal:
        """The figure of a volume; of the thing with this name, where there are several."""
        found = self.told(volume, name)
        return Decimal(0) if found is None else found

    def told(self, volume: str, name: str = "") -> Decimal | None:
        """The same; `None` where nothing is said of it."""
        figures = self._figures(volume)
        fitting = [pattern for pattern in figures if matches(pattern, name)]
        return figures[max(fitting, key=lambda pattern: (len(pattern), pattern))] if fitting else None

    def said(self, volume: str) -> str:
        """A volume as a sentence: figure, meaning and reason."""
        known, figures = VOLUMES[volume], self._figures(volume)
        first = f"{plain(figures[ALL])} {known.what}" if ALL in figures else known.what
        others = (f"{plain(figures[name])} for {name}" for name in sorted(figures) if name != ALL)
        reason = "set in config/" if self.given.get(volume) else known.because
        return f"{', '.join((first, *others))} ({reason})"

    def _figures(self, volume: str) -> Figures:
        default = VOLUMES[volume].default
        return ({} if default is None else {ALL: default}) | dict(self.given.get(volume, {}))


def plain(figure: Decimal) -> str:
    """A figure without needless zeros, with commas between thousands."""
    return f"{figure.normalize():,f}"
