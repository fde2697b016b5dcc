"""Dashboards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.policies.mutations.edits import Mutation, Values, rewriting, setting
from tests.policies.mutations.kinds import DASHBOARD


def drawing(change: Callable[[Values], Any]) -> Mutation:
    """Change the body of the first dashboard with two widgets."""
    return rewriting(DASHBOARD, "dashboard_body", change, has_two_widgets)


def crowd(body: Values) -> None:
    """Repeat the first widget, one below the other."""
    one = body["widgets"][0]
    body["widgets"] = [{**one, "y": number * one["height"]} for number in range(501)]


def has_two_widgets(item: Values) -> bool:
    return len(json.loads(item["dashboard_body"])["widgets"]) > 1


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-DSH-001": [
        setting(DASHBOARD, dashboard_body="{"),
        setting(DASHBOARD, dashboard_body="{}"),
        drawing(lambda body: body["widgets"][0].update(type="picture")),
    ],
    "MON-DSH-002": [
        drawing(lambda body: body["widgets"][0].update(x=20, width=6)),
        drawing(lambda body: body["widgets"][0].update(x=-1)),
        drawing(lambda body: body["widgets"][0].pop("width")),
    ],
    "MON-DSH-003": [
        drawing(lambda body: body["widgets"][1].update({key: body["widgets"][0][key] for key in ("x", "y")}))
    ],
    "MON-DSH-004": [drawing(crowd)],
}
