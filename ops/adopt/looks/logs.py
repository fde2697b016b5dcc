"""Log groups, metric filters and saved queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from modules.resources.views import Resource
from ops.adopt import guide
from ops.adopt.accounts import Account, Item
from ops.adopt.commands import command
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

GROUP = "aws_cloudwatch_log_group"
FILTER = "aws_cloudwatch_log_metric_filter"
QUERY = "aws_cloudwatch_query_definition"
_NO_UNIT = "None"


def groups(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Log groups by name; beside them the folders of this target and of the setup script."""
    addresses = {name: one.address for name, one in wanted.named(GROUP, "name").items()}
    folders = (f"/aws/{wanted.prefix}/", guide.GROUP_FOLDER)
    starts = dict.fromkeys((*folders, *(name for name in addresses if not name.startswith(folders))))
    found: dict[str, Item] = {}
    for start in starts:
        for item in account.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=start):
            name = item["logGroupName"]
            if name not in found and (name in addresses or name.startswith(folders)):
                found[name] = item
                yield _group(item, addresses.get(name, ""), account.region)


def _group(item: Item, address: str, region: str) -> Find:
    name = item["logGroupName"]
    values = plain(
        name=name,
        retention_in_days=item.get("retentionInDays"),
        kms_key_id=item.get("kmsKeyId"),
        log_group_class=item.get("logGroupClass"),
        deletion_protection_enabled=item.get("deletionProtectionEnabled") or None,
    )
    removal = command("logs", "delete-log-group", region, log_group_name=name)
    return Find(type=GROUP, name=name, address=address, import_id=name, values=values, removal=removal)


def filters(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Metric filters on the stack's log groups, and on the backend's group of the setup script."""
    by_group: dict[str, dict[str, Resource]] = defaultdict(dict)
    for one in wanted.of(FILTER):
        by_group[str(one.get("log_group_name"))][str(one.get("name"))] = one
    if by_group:
        by_group.setdefault(guide.BACKEND_GROUP, {})
    for group, named in by_group.items():
        pages = account.pages("logs", "describe_metric_filters", "metricFilters", logGroupName=group)
        for item in pages:
            address = named[item["filterName"]].address if item["filterName"] in named else ""
            yield _filter(item, group, address, account.region)


def _filter(item: Item, group: str, address: str, region: str) -> Find:
    name = item["filterName"]
    values = plain(
        name=name,
        log_group_name=group,
        pattern=item.get("filterPattern"),
        metric_transformation=[_transformation(one) for one in item.get("metricTransformations") or ()],
        apply_on_transformed_logs=item.get("applyOnTransformedLogs") or None,
    )
    removal = command("logs", "delete-metric-filter", region, log_group_name=group, filter_name=name)
    identity = f"{group}:{name}"
    return Find(
        type=FILTER, name=identity, address=address, import_id=identity, values=values, removal=removal
    )


def _transformation(item: Mapping[str, Any]) -> dict[str, Any]:
    default, unit = item.get("defaultValue"), item.get("unit")
    return plain(
        name=item.get("metricName"),
        namespace=item.get("metricNamespace"),
        value=item.get("metricValue"),
        default_value=None if default is None else f"{default:g}",
        unit=None if unit == _NO_UNIT else unit,
        dimensions=item.get("dimensions"),
    )


def queries(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Saved queries by name. Several may share one: the stack takes the one that was saved last.

    The setup script's query becomes the one that says the same, which renames it in place.
    """
    named = wanted.named(QUERY, "name")
    if not named:
        return
    found: dict[str, list[Item]] = defaultdict(list)
    for start in (f"{wanted.prefix}/", guide.QUERY):
        for item in account.pages(
            "logs", "describe_query_definitions", "queryDefinitions", queryDefinitionNamePrefix=start
        ):
            found[_identity(item, wanted, named)].append(item)
    found.pop("", None)
    for name, items in found.items():
        addresses = [named[name].address] if name in named else []
        for item in sorted(items, key=lambda item: _newest_last(item, name), reverse=True):
            yield _query(item, addresses.pop() if addresses else "", account, wanted)


def _identity(item: Item, wanted: Wanted, named: Mapping[str, Resource]) -> str:
    """The name that a saved query will have; empty if it is nobody's business here."""
    own = str(item["name"])
    if wanted.is_ours(own, "/"):
        return own
    if own != guide.QUERY or guide.BACKEND_GROUP not in (item.get("logGroupNames") or ()):
        return ""
    # Elsewhere it belongs to production, and stays under its name.
    renamed = (name for name, one in named.items() if one.address == guide.QUERY_ADDRESS)
    return next(renamed, own) if wanted.prefix == guide.PREFIX else own


def _newest_last(item: Item, name: str) -> tuple[bool, int, str]:
    return item["name"] == name, item.get("lastModified") or 0, item["queryDefinitionId"]


def _query(item: Item, address: str, account: Account, wanted: Wanted) -> Find:
    number = item["queryDefinitionId"]
    values = plain(
        name=item["name"], query_string=item.get("queryString"), log_group_names=item.get("logGroupNames")
    )
    return Find(
        type=QUERY,
        name=item["name"],
        address=address,
        import_id=wanted.place.arn("logs", f"query-definition:{number}"),
        values=values,
        removal=command("logs", "delete-query-definition", account.region, query_definition_id=number),
    )
