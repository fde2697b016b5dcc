"""Good values, to be changed in one way by a test."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from modules.catalog import monitoring
from modules.policy_context import policy_context
from modules.settings import Settings, load
from modules.settings.files import read
from modules.settings.load import assemble
from modules.spec.system import Monitoring
from modules.synthesis import terraform
from policies.context import Context

ROOT = Path(__file__).parent.parent
# As it ships. What a team makes of config/ is its own: tests/unit/test_config.py looks at that.
CONFIG = ROOT / "tests" / "config"
TODAY = date(2026, 11, 23)
BASE = read(CONFIG / "base.yaml", "config/base.yaml")

Tree = dict[str, Any]


def good_settings(
    changes: Tree | None = None, *, environment: str = "prod", environ: Mapping[str, str] | None = None
) -> Settings:
    """The shipped base with changes laid over it."""
    return assemble(environment, copy.deepcopy(BASE), changes or {}, environ or {})


def shipped(environment: str = "prod", *, email: str = "ops@team.example") -> Settings:
    """An environment as committed, with an address on every route; none if it is empty."""
    (settings,) = load((environment,), CONFIG, {"SNS_EMAIL": email})
    return settings


def monitorings(settings: Settings) -> list[Monitoring]:
    """What each target of an environment gets."""
    return [monitoring(settings, target) for target in settings.targets]


def good_monitoring(changes: Tree | None = None, *, environment: str = "prod") -> Monitoring:
    """What the first target gets."""
    return monitorings(good_settings(changes, environment=environment))[0]


def synthesized(settings: Settings) -> dict[str, Tree]:
    """The Terraform of every target, by stack."""
    named = {one.stack: (settings, one) for one in monitorings(settings)}
    with tempfile.TemporaryDirectory() as folder:
        return terraform(named, Path(folder))


def good_context(settings: Settings, found: Monitoring) -> Context:
    """What the policies know about a target."""
    return policy_context(settings, found, TODAY)


def resources(stack: Tree, kind: str) -> dict[str, Tree]:
    """The resources of one Terraform type, by name."""
    found: dict[str, Tree] = stack.get("resource", {}).get(kind, {})
    return found
