"""Dashboards."""

from __future__ import annotations

from constructs import Construct

from modules.constructs._bindings import aws
from modules.naming import construct_id, reference
from modules.render.dashboards import dashboard_body
from modules.spec.dashboards import Dashboard


def dashboard_name(key: str) -> str:
    """A reference to a dashboard's name."""
    return reference("aws_cloudwatch_dashboard", construct_id("dashboard", key), "dashboard_name")


def add_dashboard(scope: Construct, dashboard: Dashboard, region: str) -> None:
    """A page of widgets."""
    aws("cloudwatch_dashboard", "CloudwatchDashboard")(
        scope,
        construct_id("dashboard", dashboard.key),
        dashboard_name=dashboard.name,
        dashboard_body=dashboard_body(dashboard, region),
    )
