"""What AWS says: metrics, statistics, units, limits, tags. Never our choices.

Each figure stands in a data file beside this one, with its public source; this package only reads
them. The files are parsed when first asked for, but for the two short lists in `values.yaml`.
"""

from modules.facts.limits import RETENTION_DAYS, UNITS, limit
from modules.facts.published import MetricFact, metric, metrics
from modules.facts.statistics import is_statistic
from modules.facts.tags import is_taggable, tag_policy_type

__all__ = [
    "RETENTION_DAYS",
    "UNITS",
    "MetricFact",
    "is_statistic",
    "is_taggable",
    "limit",
    "metric",
    "metrics",
    "tag_policy_type",
]
