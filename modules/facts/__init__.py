"""Data about AWS: metrics, statistics, units, limits, tags, regions. Never our choices.

Each figure stands in a data file beside this one, with its public source; this package only reads
them. The files are parsed when first asked for, but for the two short lists in `values.yaml`.
"""

from modules.facts.databases import certificate_bundle, database_host
from modules.facts.limits import RETENTION_DAYS, UNITS, limit
from modules.facts.published import MetricFact, metric, metrics
from modules.facts.regions import (
    DNS_SUFFIX,
    Partition,
    are_services_known,
    dns_suffix,
    is_available,
    partition_of,
    partitions,
    regions,
    service_of,
    service_title,
)
from modules.facts.statistics import is_statistic
from modules.facts.tags import is_tag_text, is_taggable, tag_policy_type

__all__ = [
    "DNS_SUFFIX",
    "RETENTION_DAYS",
    "UNITS",
    "MetricFact",
    "Partition",
    "are_services_known",
    "certificate_bundle",
    "database_host",
    "dns_suffix",
    "is_available",
    "is_statistic",
    "is_tag_text",
    "is_taggable",
    "limit",
    "metric",
    "metrics",
    "partition_of",
    "partitions",
    "regions",
    "service_of",
    "service_title",
    "tag_policy_type",
]
