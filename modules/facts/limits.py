"""Quotas, limits and closed lists of values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from modules.facts.files import read

RETENTION_DAYS: tuple[int, ...] = tuple(read("values.yaml")["retention_days"]["values"])
"""Days for which a log group can keep its events, ascending. Source: PutRetentionPolicy."""

UNITS: frozenset[str] = frozenset(read("values.yaml")["units"]["values"])
"""CloudWatch's StandardUnit. Source: MetricDatum."""


def limit(name: str) -> int:
    """A quota or limit of AWS, in the unit that its name carries.

    Raises
    ------
    KeyError
        For an unknown name; the text names its kin.
    """
    known = _limits()
    if name not in known:
        kin = name.partition("_")[0]
        alike = [other for other in sorted(known) if other.startswith(kin)] or sorted(known)
        raise KeyError(f"{name!r} is no limit in modules/facts/limits.yaml; there is {', '.join(alike)}")
    return known[name]


@cache
def _limits() -> Mapping[str, int]:
    return {name: value for group in read("limits.yaml") for name, value in group["limits"].items()}
