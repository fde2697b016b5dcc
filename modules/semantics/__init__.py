"""A pure model of how AWS behaves, on plain values."""

from modules.semantics.errors import PatternError
from modules.semantics.filters import metric_value, parse_pattern
from modules.semantics.patterns import Pattern

__all__ = ["Pattern", "PatternError", "metric_value", "parse_pattern"]
