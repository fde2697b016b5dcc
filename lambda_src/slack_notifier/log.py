"""Log lines as JSON, one each, that can never hold a secret they were told of."""

from __future__ import annotations

import json
from datetime import UTC, datetime

_SHORTEST_SECRET = 6
HIDDEN = "[hidden]"


class Log:
    """Writes to standard output, which Lambda brings to the log group; every line carries `fields`."""

    def __init__(self, **fields: object) -> None:
        self._fields = fields
        self._secrets: set[str] = set()

    def hide(self, *secrets: str) -> None:
        """Never write these."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}

    def info(self, message: str, **fields: object) -> None:
        """What went as it should."""
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """What mended itself, or is tried again."""
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: object) -> None:
        """What somebody has to look at."""
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"timestamp": now, "level": level, "message": message}
        shown = {name: self._shown(value) for name, value in (self._fields | fields).items()}
        print(json.dumps(head | shown), flush=True)

    def _shown(self, value: object) -> object:
        if isinstance(value, int | float):
            return value
        text = str(value)
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text
