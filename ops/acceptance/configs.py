"""The configuration of an acceptance run: `prod` as it is configured, with names of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from modules.catalog import every_target
from modules.errors import ToolError
from modules.naming import PRODUCTION
from modules.settings import Settings, load
from modules.settings.files import lay_over, read
from modules.spec.system import Monitoring
from ops.common.accounts import Place

NAME = "acceptance"
Tree = dict[str, Any]


def new_prefix() -> str:
    """A prefix that no earlier run has used: deleted queues and secrets keep their names for a while."""
    return f"{NAME}-{secrets.token_hex(3)}"


def write(root: Path, folder: Path, prefix: str, place: Place, *, emulated: bool) -> None:
    """Write a project into a folder: a configuration, and the way to `main.py`."""
    base, top = (
        read(root / "config" / f"{name}.yaml", f"config/{name}.yaml") for name in ("base", PRODUCTION)
    )
    tree = json.dumps(
        adapted(lay_over(base, top), prefix, place, emulated=emulated), ensure_ascii=False, indent=1
    )
    (folder / "config").mkdir()
    (folder / "config" / "base.yaml").write_text(tree, "utf-8")
    (folder / "config" / f"{PRODUCTION}.yaml").write_text("", "utf-8")
    (folder / "main.py").symlink_to(root / "main.py")


def adapted(tree: Tree, prefix: str, place: Place, *, emulated: bool) -> Tree:
    """The same system with its own names and state, in one account, without people and without PagerDuty."""
    target = {"region": place.region, "account": place.number, "partition": place.partition}
    silent = {"emails": [], "pagerduty": False}
    changes: Tree = {
        "project": prefix,
        "targets": [target],
        "routes": {
            "critical": silent | {"topic_name": None},
            "warning": {"emails": []},
            "info": {"emails": []},
            "delivery": silent,
        },
        "tags": {"organizations_policy": {"enabled": False}, "required": {"Project": []}},
        # No emulator has saved queries.
        **({"features": {"saved_queries": False}} if emulated else {}),
    }
    replaced = {"terraform": {"backend": {"type": "local"}}}
    # The network and the secret of the real database are in another account.
    database = tree.get("database", {}) | {"connection": {"auth": "secret"}}
    result: Tree = lay_over(tree, changes) | replaced | {"database": database}
    return result


def plan(folder: Path) -> tuple[Settings, Monitoring]:
    """Return the settings in a folder and what they generate.

    Raises
    ------
    ConfigError
        The configuration is not valid.
    ToolError
        Something would be created under a name that does not belong to the run.
    """
    ((settings, monitoring),) = every_target(load((PRODUCTION,), folder / "config", {}))
    foreign = [name for name in _names(monitoring) if settings.project not in name]
    if foreign:
        raise ToolError(
            f"config/: a fixed name cannot be deployed a second time: {', '.join(foreign)}; "
            "remove the name, so that it begins with the prefix"
        )
    return settings, monitoring


def _names(monitoring: Monitoring) -> Iterator[str]:
    kinds: tuple[Iterable[Any], ...] = (
        monitoring.log_groups,
        monitoring.filters,
        monitoring.alarms,
        monitoring.topics,
        monitoring.queues,
        monitoring.secrets,
        monitoring.functions,
        monitoring.schedules,
        monitoring.queries,
        monitoring.dashboards,
    )
    yield from (item.name for kind in kinds for item in kind)
