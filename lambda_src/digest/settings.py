"""What the function's environment says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from log import log


class DigestError(Exception):
    """No digest went out, and all notices are still in the queue."""


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    queue_url: str
    topic_arn: str
    environment: str
    zone: tzinfo
    zone_name: str
    mails_all_clear: bool

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Settings:
        """Read environment variables.

        Raises
        ------
        DigestError
            One is missing or has no meaning. An unknown time zone is none of these: the digest then
            tells its times in UTC and says so.
        """
        missing = [name for name in ("QUEUE_URL", "TOPIC_ARN", "ENVIRONMENT") if not values.get(name)]
        if missing:
            raise DigestError(f"environment variables are missing: {', '.join(missing)}")
        wish = values.get("ALL_CLEAR") or "none"
        if wish not in {"mail", "none"}:
            raise DigestError(f"ALL_CLEAR: {wish!r} is neither 'mail' nor 'none'")
        zone, zone_name = _zone(values.get("TIME_ZONE") or "UTC")
        return cls(
            queue_url=values["QUEUE_URL"],
            topic_arn=values["TOPIC_ARN"],
            environment=values["ENVIRONMENT"],
            zone=zone,
            zone_name=zone_name,
            mails_all_clear=wish == "mail",
        )


def _zone(name: str) -> tuple[tzinfo, str]:
    if name == "UTC":
        return UTC, name
    try:
        return ZoneInfo(name), name
    except (ValueError, OSError, KeyError):
        log("unknown_time_zone", level="WARNING", time_zone=name)
        return UTC, f"UTC (there is no time zone {name!r} here)"
