"""AWS: boto3 clients whose calls end in time."""

from __future__ import annotations

from typing import Any

ATTEMPTS = 2


def client(
    service: str, region: str | None = None, *, connect_seconds: float = 2.0, read_seconds: float = 4.0
) -> Any:
    """Return a client of a service. A call takes at most both times twice, and a pause between."""
    import boto3  # type: ignore[import-untyped]  # ships no types
    from botocore.config import Config  # type: ignore[import-untyped]  # ships no types

    retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    timeouts = Config(connect_timeout=connect_seconds, read_timeout=read_seconds, retries=retries)
    return boto3.client(service, region_name=region or None, config=timeouts)


def code(error: Exception) -> str:
    """Return AWS's or Python's name of an error; unlike its text, it holds nothing of the call."""
    answer = getattr(error, "response", None)
    named = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(named or type(error).__name__)
