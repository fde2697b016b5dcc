"""Dashboards."""

from __future__ import annotations

from collections.abc import Iterator

from ops.adopt import guide
from ops.adopt.accounts import Account
from ops.adopt.commands import command
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

DASHBOARD = "aws_cloudwatch_dashboard"


def dashboards(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Dashboards, whose names are known in every region, with the bodies of those that the stack has."""
    addresses = {name: one.address for name, one in wanted.named(DASHBOARD, "dashboard_name").items()}
    found: set[str] = set()
    for start in (f"{wanted.prefix}-", guide.DASHBOARD):
        pages = account.pages("cloudwatch", "list_dashboards", "DashboardEntries", DashboardNamePrefix=start)
        found |= {str(item["DashboardName"]) for item in pages}
    for name in sorted(found):
        if wanted.is_ours(name) or name == guide.DASHBOARD:
            yield _dashboard(account, name, addresses.get(name, ""))


def _dashboard(account: Account, name: str, address: str) -> Find:
    read = account.detail("cloudwatch", "get_dashboard", DashboardName=name) if address else None
    values = None if read is None else plain(dashboard_name=name, dashboard_body=read.get("DashboardBody"))
    removal = command("cloudwatch", "delete-dashboards", account.region, dashboard_names=name)
    return Find(type=DASHBOARD, name=name, address=address, import_id=name, values=values, removal=removal)
