"""What the function's environment says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SECRET, IAM = "secret", "iam"
_DEFAULTS = {
    "DB_AUTH": SECRET,
    "STATEMENT_TIMEOUT_MS": "10000",
    "LOCK_TIMEOUT_MS": "1000",
    "SECRET_LIFETIME_SECONDS": "3600",
    "HEARTBEAT": "PublisherHeartbeat",
    "METRICS_FILE": "metrics.json",
}
_HIGHEST_PORT = 65_535
_LONGEST_MS = 900_000  # a function runs no longer


class SettingsError(Exception):
    """Nothing can be measured as the function is configured; the text names every mistake."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The variables of the module docstring of `handler`, typed; read there what they mean."""

    environment: str
    auth: str
    host: str
    port: int | None
    database: str
    user: str
    secret_arn: str
    secret_lifetime_seconds: int
    ca_file: Path | None
    statement_timeout_ms: int
    lock_timeout_ms: int
    heartbeat: str
    metrics_file: Path
    region: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read environment variables.

        Raises
        ------
        SettingsError
            Some are missing or have no meaning.
        """
        values = _DEFAULTS | {name: text.strip() for name, text in environ.items() if text.strip()}
        mistakes = list(_mistakes(values))
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        ca_file = values.get("DB_CA_FILE")
        return cls(
            environment=values["ENVIRONMENT"],
            auth=values["DB_AUTH"],
            host=values.get("DB_HOST", ""),
            port=int(values["DB_PORT"]) if "DB_PORT" in values else None,
            database=values.get("DB_NAME", ""),
            user=values.get("DB_USER", ""),
            secret_arn=values.get("DB_SECRET_ARN", ""),
            secret_lifetime_seconds=int(values["SECRET_LIFETIME_SECONDS"]),
            ca_file=FOLDER / ca_file if ca_file else None,
            statement_timeout_ms=int(values["STATEMENT_TIMEOUT_MS"]),
            lock_timeout_ms=int(values["LOCK_TIMEOUT_MS"]),
            heartbeat=values["HEARTBEAT"],
            metrics_file=FOLDER / values["METRICS_FILE"],
            region=values.get("AWS_REGION", ""),
        )


def _mistakes(values: Mapping[str, str]) -> list[str]:
    auth = values["DB_AUTH"]
    needed = {
        SECRET: ("ENVIRONMENT", "DB_SECRET_ARN"),
        IAM: ("ENVIRONMENT", "DB_HOST", "DB_NAME", "DB_USER", "AWS_REGION"),
    }
    found = [f"{name} is not set" for name in needed.get(auth, ()) if name not in values]
    if auth not in needed:
        found.append(f"DB_AUTH: {auth!r} is neither {SECRET!r} nor {IAM!r}")
    for name, most in (
        ("DB_PORT", _HIGHEST_PORT),
        ("STATEMENT_TIMEOUT_MS", _LONGEST_MS),
        ("LOCK_TIMEOUT_MS", _LONGEST_MS),  # 0 would be no timeout at all to PostgreSQL
        ("SECRET_LIFETIME_SECONDS", _LONGEST_MS),
    ):
        text = values.get(name, "1")
        if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
            found.append(f"{name}: {text!r} is no number from 1 to {most}")
    return found
