"""What `terraform apply -json` tells while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from modules.semantics.secrets import masked

Tell = Callable[[int, int], None]
"""Gets how many resources are done, of how many."""


def followed(lines: Iterable[str], tell: Tell) -> Iterator[str]:
    """Terraform's lines as they come: progress is told, errors are yielded."""
    done = planned = 0
    for line in lines:
        event = _event(line)
        match event.get("type"):
            case "planned_change":
                planned += 1
            case "apply_complete":
                done += 1
                tell(done, planned)
            case "diagnostic" if event["diagnostic"]["severity"] == "error":
                yield _told(event["diagnostic"])
            case None:
                yield line.rstrip()


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _told(diagnostic: dict[str, Any]) -> str:
    parts = (diagnostic.get("address"), diagnostic.get("summary"), diagnostic.get("detail"))
    return masked(": ".join(part for part in parts if part))
