"""Intervals of values, and arithmetic on them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """The lowest and the highest value that a series can have."""

    low: float = -math.inf
    high: float = math.inf

    def cut(self, high: float) -> Interval:
        """Return the part up to a ceiling."""
        return Interval(self.low, min(self.high, high))

    def with_zero(self) -> Interval:
        """Return the interval extended to include 0."""
        return Interval(min(self.low, 0), max(self.high, 0))

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        low, high = self.low + other.low, self.high + other.high
        return ANY if math.isnan(low) or math.isnan(high) else Interval(low, high)

    def __mul__(self, other: Interval) -> Interval:
        products = [a * b if a and b else 0.0 for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(products), max(products))

    def __truediv__(self, other: Interval) -> Interval:
        """Return the quotients: exact for a constant divisor, otherwise only their sign is certain."""
        if other.low == other.high and other.low not in (0, math.inf, -math.inf):
            return self * point(1 / other.low)
        return Interval(0) if self.low >= 0 and other.low >= 0 else ANY


ANY = Interval()


def point(value: float) -> Interval:
    """Return the interval of one value; a number too large for a float has no bounds."""
    return Interval(value, value) if math.isfinite(value) else ANY


def hull(parts: Iterable[Interval]) -> Interval:
    """Return the smallest interval that contains all parts; without any, nothing is known."""
    found = list(parts)
    return Interval(min(part.low for part in found), max(part.high for part in found)) if found else ANY


def total(parts: Iterable[Interval]) -> Interval:
    """Return the sums of those parts that have a value: at least one, not necessarily all."""
    found = list(parts)
    if not found:
        return ANY
    low, high = sum(min(part.low, 0) for part in found), sum(max(part.high, 0) for part in found)
    edges = hull(found)
    return Interval(low if edges.low < 0 else edges.low, high if edges.high > 0 else edges.high)
