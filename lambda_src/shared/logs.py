"""Log lines as JSON, one each, without any secret: those that are known, and what looks like one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from shared.redaction import SENSITIVE, redact

SHORTEST_SECRET = 6
# Escaped as \uXXXX these are 180 kB, below the 256 kB of the oldest limit of an event in CloudWatch Logs.
LONGEST_TEXT = 30_000


class Log:
    """Writes to standard output, which Lambda sends to the log group; every line carries `fields`."""

    def __init__(self, **fields: object) -> None:
        self._fields = fields
        self._secrets: set[str] = set()

    def hide(self, *secrets: str) -> None:
        """Never write these."""
        self._secrets |= {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}

    def info(self, message: str, **fields: object) -> None:
        """Write what works as it should."""
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """Write what recovered, or is tried again."""
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: object) -> None:
        """Write what a person has to look at."""
        self._write("ERROR", message, fields)

    def clean(self, text: str) -> str:
        """Return a text without secrets, and not too long for a line."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, SENSITIVE)
        return redact(text)[:LONGEST_TEXT]

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        """Without a timestamp of RFC 3339 Lambda would take every level for INFO."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"timestamp": now, "level": level, "message": message}
        print(json.dumps(head | self._shown(self._fields | fields)), flush=True)

    def _shown(self, value: object) -> Any:
        if isinstance(value, dict):
            return {name: self._shown(item) for name, item in value.items()}
        return value if value is None or isinstance(value, int | float) else self.clean(str(value))
