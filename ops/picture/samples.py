"""What the notifier makes of an alarm and of its end, by the very code and settings that ship."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modules.catalog import monitoring
from modules.errors import ToolError
from modules.packaging import write_shared
from modules.settings.files import read
from modules.settings.load import assemble
from modules.spec.system import Monitoring
from ops.picture.notifications import ACCOUNT, REGION, Change, notification

ALARM, FUNCTION = "error-count", "slack-critical"
RUNBOOKS = "https://git.example.com/monitoring/docs/runbooks"
_SETTINGS = {
    "targets": [{"region": REGION, "account": ACCOUNT, "partition": "aws"}],
    "routes": {"critical": {"slack": True}},
    "runbook_base_url": RUNBOOKS,
}
# In a process of its own, as in Lambda: with the function's variables, and its files at the top.
_PROGRAM = """
import json, os, sys
from events import read
from message import payload
from options import read_options
options = read_options(os.environ)
print(json.dumps([payload([read(body, options)], options) for body in json.load(sys.stdin)]))
"""


@dataclass(frozen=True)
class Post:
    """A message to Slack, and when it was posted."""

    at: datetime
    message: Mapping[str, Any]


_CHANGES = (
    Change("OK", "ALARM", 23, datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)),
    Change("ALARM", "OK", 0, datetime(2026, 11, 23, 10, 25, 30, tzinfo=UTC)),
)


def posts(root: Path) -> list[Post]:
    """What is posted when the alarm rises, and when it is over.

    Raises
    ------
    ToolError
        The notifier does not run.
    """
    found = _monitoring(root)
    alarm = next(one for one in found.alarms if one.key == ALARM)
    environment = next(one.environment for one in found.functions if one.key == FUNCTION)
    bodies = [notification(alarm, change, RUNBOOKS) for change in _CHANGES]
    source = root / "lambda_src" / "slack_notifier"
    messages = _messages(source, environment, bodies)
    return [Post(change.at, message) for change, message in zip(_CHANGES, messages, strict=True)]


def _monitoring(root: Path) -> Monitoring:
    """Of prod, before its own file changes anything."""
    base = read(root / "config" / "base.yaml", "config/base.yaml")
    settings = assemble("prod", base, _SETTINGS, {})
    return monitoring(settings, settings.targets[0])


def _messages(source: Path, environment: Mapping[str, str], bodies: list[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        write_shared(source.parent, Path(folder))
        done = subprocess.run(
            [sys.executable, "-B", "-c", _PROGRAM],
            cwd=source,
            env={**environment, "AWS_REGION": REGION, "PYTHONPATH": folder},
            input=json.dumps(bodies),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ToolError(f"{source}: the notifier does not run:\n{done.stderr.strip()}")
    messages: list[dict[str, Any]] = json.loads(done.stdout)
    return messages
