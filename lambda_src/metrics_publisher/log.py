"""Log lines as JSON, one each, that can never hold a secret they were told of."""

from __future__ import annotations

import json
from datetime import UTC, datetime

_SHORTEST_SECRET = 6
_LONGEST_TEXT = 500
HIDDEN = "[hidden]"


class Log:
    """Writes to standard output, which Lambda brings to the log group.

    Parameters
    ----------
    environment
        As every line names it: prod, staging.
    """

    def __init__(self, environment: str) -> None:
        self._fields = {"function": "metrics_publisher", "environment": environment}
        self._secrets: set[str] = set()

    def hide(self, *secrets: str) -> None:
        """Never write these."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}

    def info(self, message: str, **fields: object) -> None:
        """What went as it should."""
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """What mended itself."""
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: object) -> None:
        """What somebody has to look at."""
        self._write("ERROR", message, fields)

    def clean(self, text: str) -> str:
        """A text without the secrets, and not too long."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text[:_LONGEST_TEXT]

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"timestamp": now, "level": level, "message": message} | self._fields
        print(json.dumps(head | {name: self._shown(value) for name, value in fields.items()}), flush=True)

    def _shown(self, value: object) -> object:
        return value if value is None or isinstance(value, int | float) else self.clean(str(value))
