"""Host names of RDS and Aurora, and the certificates that their servers show.

Sources: Amazon RDS user guide, "Using SSL/TLS to encrypt a connection to a DB instance" and "Using RDS Proxy:
TLS/SSL"; for the forms of the names, the host patterns of AWS's own drivers
(https://github.com/aws/aws-advanced-python-wrapper, `utils/rds_utils.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modules.facts.regions import partition_of, partitions, regions


@dataclass(frozen=True)
class DatabaseHost:
    """An endpoint of RDS.

    Attributes
    ----------
    region
        Its region, as the name spells it.
    is_proxy
        Whether it is an RDS Proxy. A proxy has a certificate of AWS Certificate Manager, whose authorities
        are in default trust stores; an instance or cluster has one of RDS's own authorities, which are not.
    """

    region: str
    is_proxy: bool


def database_host(name: str) -> DatabaseHost | None:
    """Return what a host name says of a database in RDS, or None for a host elsewhere.

    The region comes before or after the label ``rds``; in China both forms exist.
    """
    match = _form().fullmatch(name.lower())
    if match is None:
        return None
    is_proxy = any(label.startswith("proxy-") for label in match["names"].split(".")[1:])
    return DatabaseHost(match["before"] or match["after"], is_proxy)


def certificate_bundle(region: str) -> str | None:
    """Return the address of the authorities of RDS and Aurora in a region; None if it is not known."""
    start = partition_of(region).rds_certificates if region in regions() else None
    return f"{start}/{region}/{region}-bundle.pem" if start else None


def _form() -> re.Pattern[str]:
    suffixes = "|".join(sorted({re.escape(partition.dns_suffix) for partition in partitions()}))
    region = r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]+"
    return re.compile(
        rf"(?P<names>.+)[.](?:(?P<before>{region})[.]rds|rds[.](?P<after>{region}))[.](?:{suffixes})"
    )
