"""One JSON object a line on standard output, as CloudWatch Logs takes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime

# 30,000 characters escaped as \uXXXX are 180 kB, below the 256 kB of the oldest event limit.
_PIECE = 30_000


def log(message: str, *, level: str = "INFO", **fields: object) -> None:
    """Write one line. Without a timestamp of RFC 3339 Lambda would take every level for INFO.

    Parameters
    ----------
    message
        What happened, as a fixed word that filters and queries can name.
    level
        INFO, WARNING or ERROR.
    fields
        What else is known; values that JSON lacks are written as text.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    head = {"timestamp": now, "level": level, "message": message}
    source = {"function": "digest", "environment": os.environ.get("ENVIRONMENT", "")}
    print(json.dumps(head | source | fields, default=str), flush=True)


def pieces(text: str) -> Iterable[str]:
    """A text in parts that fit into one line each; at least one."""
    return (text[start : start + _PIECE] for start in range(0, max(len(text), 1), _PIECE))
