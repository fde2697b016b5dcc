"""What the monitoring costs in a month, from plain resources, volumes and AWS's prices."""

from ops.cost.budgets import cents, over_budget
from ops.cost.configs import volumes_of
from ops.cost.differences import Change, Difference, difference
from ops.cost.estimate import Estimate, estimate
from ops.cost.items import Item
from ops.cost.jsons import difference_as_json, estimate_as_json
from ops.cost.texts import markdown, table
from ops.cost.volumes import VOLUMES, Volumes

__all__ = [
    "VOLUMES",
    "Change",
    "Difference",
    "Estimate",
    "Item",
    "Volumes",
    "cents",
    "difference",
    "difference_as_json",
    "estimate",
    "estimate_as_json",
    "markdown",
    "over_budget",
    "table",
    "volumes_of",
]
