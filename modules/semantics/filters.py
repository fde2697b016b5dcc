"""From text to pattern, and from a log event to the data point that a metric filter publishes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from modules import facts
from modules.semantics.conditions import to_number
from modules.semantics.json_patterns import read_json_pattern
from modules.semantics.patterns import Pattern, PatternError, Scanner
from modules.semantics.space_patterns import read_space_pattern
from modules.semantics.text_patterns import read_text_pattern

LARGEST_VALUE = 2.0**360
"""CloudWatch rejects values beyond it on either side. Source: API reference, MetricDatum."""


def parse_pattern(text: str) -> Pattern:
    """Read a filter pattern: JSON in braces, words in brackets, terms otherwise.

    Source: CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription
    filters, filter log events, and Live Tail".

    Parameters
    ----------
    text
        The pattern. The empty one matches every event.

    Raises
    ------
    PatternError
        The pattern is too long or has a mistake. Syntax that neither the guide nor a recorded
        answer of AWS shows is a mistake: a generator does not need it.
    """
    most = facts.limit("filter_pattern_chars")
    if len(text) > most:
        raise PatternError(most + 1, f"{len(text)} characters", f"at most {most} characters")
    start = text.lstrip()[:1]
    if start == "{":
        return read_json_pattern(Scanner(text))
    return read_space_pattern(Scanner(text)) if start == "[" else read_text_pattern(Scanner(text))


def metric_value(pattern: Pattern, value: str, event: str, default: float | None = None) -> float | None:
    """Return the value that a metric filter publishes for an event.

    Source: CloudWatch Logs user guide, "Configuring metric values for a metric filter"; recorded
    answers of PutMetricFilter and of the published series.

    Parameters
    ----------
    pattern
        The filter's pattern.
    value
        The filter's metric value: a number, or a field as `$.field`, `$name` or `$1`.
    event
        The log event.
    default
        The filter's default value. It counts for each event that does not match, and for a matching
        event whose field is missing, null, or neither text nor number.

    Returns
    -------
    float or None
        None if nothing is published: the default would count and is not set, or the field is a text
        (even if it looks like a number) or a number that CloudWatch rejects.

    Raises
    ------
    PatternError
        The metric value is neither a number nor one field of the pattern's events.
    """
    number: Decimal | float | None
    if value.startswith("$"):
        field = pattern.read(value, event)
        number = field.number if field else default
    elif (number := to_number(value)) is None:
        raise PatternError(1, repr(value), "a number or a field such as $.latency_ms")
    if not pattern.matches(event):
        return default
    if number is None or abs(float(number)) > LARGEST_VALUE:
        return None
    return float(number)


def metric_dimensions(pattern: Pattern, dimensions: Mapping[str, str], event: str) -> dict[str, str]:
    """Return the dimensions of the data point that a metric filter publishes for a matching event.

    An event without one of the fields goes to the series without dimensions. Source: recorded
    series.

    Parameters
    ----------
    pattern, event
        The filter's pattern, and a log event.
    dimensions
        The filter's dimensions: names, and fields as in a metric value.

    Raises
    ------
    PatternError
        A dimension is not one field of the pattern's events.
    """
    fields = {name: pattern.read(reference, event) for name, reference in dimensions.items()}
    return {} if None in fields.values() else {name: field.text for name, field in fields.items() if field}
