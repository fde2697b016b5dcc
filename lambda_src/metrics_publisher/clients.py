"""AWS: boto3 clients whose calls end in time."""

from __future__ import annotations

from typing import Any

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2.0, 4.0, 2
# Two such attempts and the pause between them; and what a query may take that the server does not end.
CALL_MS = 17_000


def client(service: str, region: str | None = None) -> Any:
    """A client of a service."""
    import boto3  # type: ignore[import-untyped]  # ships no types
    from botocore.config import Config  # type: ignore[import-untyped]  # ships no types

    retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    timeouts = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries)
    return boto3.client(service, region_name=region or None, config=timeouts)


def code(error: Exception) -> str:
    """What AWS calls an error, or what Python does; unlike its text, it holds nothing of the call."""
    answer = getattr(error, "response", None)
    named = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(named or type(error).__name__)
