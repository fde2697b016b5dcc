"""Regions, their partitions, and the services that exist in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from modules.facts.files import read

FILE = "regions.yaml"


DNS_SUFFIX = "amazonaws.com"
"""The domain of AWS's services in most partitions."""


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A group of regions with accounts of its own.

    Attributes
    ----------
    name
        As ARNs spell it, such as ``aws-cn``.
    dns_suffix
        The end of the names of its endpoints.
    console
        The domain of its console, below the region.
    regions
        Its regions, sorted.
    rds_certificates
        The address below which AWS publishes the authorities of RDS; None if it is not known.
    """

    name: str
    dns_suffix: str
    console: str
    regions: tuple[str, ...]
    rds_certificates: str | None


@cache
def partitions() -> tuple[Partition, ...]:
    """Every known partition, in the order of the file."""
    return tuple(
        Partition(
            name=name,
            dns_suffix=values["dns_suffix"],
            console=values["console"],
            regions=tuple(sorted(values["regions"])),
            rds_certificates=values.get("rds_certificates"),
        )
        for name, values in read(FILE)["partitions"].items()
    )


def partition_of(region: str) -> Partition:
    """The partition of a region.

    Raises
    ------
    KeyError
        For a region that is not in `regions`.
    """
    return _by_region()[region]


def dns_suffix(region: str) -> str:
    """Return the domain of AWS's services in a region; that of most regions if it is not in `regions`."""
    found = _by_region().get(region)
    return found.dns_suffix if found else DNS_SUFFIX


def regions() -> tuple[str, ...]:
    """Every known region, sorted."""
    return tuple(sorted(_by_region()))


def are_services_known(region: str) -> bool:
    """Return whether the facts say which services exist in a region."""
    return region not in read(FILE)["services_unknown"]


def service_title(service: str) -> str:
    """The name of a service for people.

    Raises
    ------
    KeyError
        For an unknown service.
    """
    return str(_services()[service]["title"])


def service_of(namespace: str) -> str | None:
    """The service that publishes metrics in a namespace; None for a custom or unknown namespace."""
    return _by_namespace().get(namespace)


def is_available(service: str, region: str) -> bool:
    """Return whether a service exists in a region, as far as the facts know.

    Raises
    ------
    KeyError
        For an unknown service.
    """
    entry = _services()[service]
    return region in entry["only_in"] if "only_in" in entry else region not in entry.get("not_in", ())


@cache
def _by_region() -> Mapping[str, Partition]:
    return {region: partition for partition in partitions() for region in partition.regions}


def _services() -> Mapping[str, Mapping[str, Any]]:
    services: Mapping[str, Mapping[str, Any]] = read(FILE)["services"]
    return services


@cache
def _by_namespace() -> Mapping[str, str]:
    return {
        namespace: service
        for service, entry in _services().items()
        for namespace in entry.get("namespaces", ())
    }
