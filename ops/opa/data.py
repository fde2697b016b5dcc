"""The data file of the OPA policies, from the same facts and configuration as the Python ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from modules.catalog import every_target
from modules.settings import environments, load
from ops.opa.bounds import common_bounds, metric_bounds, unit_bounds
from ops.opa.figures import figures
from ops.opa.workspaces import workspace, workspace_name

FILE = Path("policies/opa/data.json")
ABOUT = "Made by `python -m ops opa` from config/ and modules/facts/: do not edit"


def text(config: Path, environ: Mapping[str, str]) -> str:
    """The file's text, for every target of every environment that synth takes by itself.

    Raises
    ------
    ConfigError
        The configuration cannot be used.
    """
    targets = every_target(load(environments(config), config, environ))
    told = {
        "about": ABOUT,
        **figures(),
        "bounds": {"any": common_bounds(), "metrics": metric_bounds(), "units": unit_bounds()},
        "workspaces": {workspace_name(*target): workspace(*target) for target in targets},
    }
    return json.dumps({"told": told}, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
