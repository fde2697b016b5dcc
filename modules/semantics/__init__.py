"""AWS behaviour on plain values: filter patterns, metric math, schedules and alarm rules."""

from modules.semantics.filters import metric_dimensions, metric_value, parse_pattern
from modules.semantics.json_patterns import parse_selector
from modules.semantics.patterns import Pattern, PatternError

__all__ = [
    "Pattern",
    "PatternError",
    "metric_dimensions",
    "metric_value",
    "parse_pattern",
    "parse_selector",
]
