"""From text to pattern, and from an event to the value that a metric filter publishes."""

from __future__ import annotations

from decimal import Decimal

from modules.semantics.errors import PatternError
from modules.semantics.json_patterns import read_json_pattern
from modules.semantics.operands import to_number
from modules.semantics.patterns import Pattern
from modules.semantics.scanners import Scanner
from modules.semantics.space_patterns import read_space_pattern
from modules.semantics.text_patterns import read_text_pattern

LONGEST_PATTERN = 1024
"""Characters. Source: API reference, PutMetricFilter, filterPattern."""

LARGEST_VALUE = Decimal(2**360)
"""CloudWatch refuses values beyond it on either side. Source: API reference, MetricDatum."""


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
        The pattern is too long, or has a mistake; the text says column, found and wanted. What the
        guide does not document counts as a mistake: a generator has no need to try its luck.
    """
    if len(text) > LONGEST_PATTERN:
        raise PatternError(
            LONGEST_PATTERN + 1, f"{len(text)} characters", f"at most {LONGEST_PATTERN} characters"
        )
    start = text.lstrip()[:1]
    if start == "{":
        return read_json_pattern(Scanner(text))
    return read_space_pattern(Scanner(text)) if start == "[" else read_text_pattern(Scanner(text))


def metric_value(pattern: Pattern, value: str, event: str) -> float | None:
    """Find what a metric filter publishes for one event, whatever its default value.

    Source: CloudWatch Logs user guide, "Configuring metric values for a metric filter".

    Parameters
    ----------
    pattern
        The filter's pattern.
    value
        The filter's metric value: a number, or a field as `$.field`, `$name` or `$1`.
    event
        The log event.

    Returns
    -------
    float or None
        None if the event does not match, or the field holds no number that CloudWatch accepts. A
        JSON text is no number, even if it looks like one.

    Raises
    ------
    PatternError
        The metric value is neither a number nor a field.
    """
    if value.startswith("$"):
        number = pattern.number(value, event)
    elif (number := to_number(value)) is None:
        raise PatternError(1, repr(value), "a number or a field such as $.latency_ms")
    if number is None or not -LARGEST_VALUE <= number <= LARGEST_VALUE:
        return None
    return float(number) if pattern.matches(event) else None
