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
    """What the environment says.

    Attributes
    ----------
    mails
        Whether the digest is to have readers; if not, notices are logged alone.
    mails_all_clear
        Whether they get a mail on a day without notices, too.
    """

    queue_url: str
    topic_arn: str
    environment: str
    zone: tzinfo
    zone_name: str
    mails: bool
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
        mails = _choice(values, "MAIL", "yes", "no")
        all_clear = _choice(values, "ALL_CLEAR", "none", "mail")
        zone, zone_name = _zone(values.get("TIME_ZONE") or "UTC")
        return cls(
            queue_url=values["QUEUE_URL"],
            topic_arn=values["TOPIC_ARN"],
            environment=values["ENVIRONMENT"],
            zone=zone,
            zone_name=zone_name,
            mails=mails == "yes",
            mails_all_clear=mails == "yes" and all_clear == "mail",
        )


def _choice(values: Mapping[str, str], name: str, default: str, other: str) -> str:
    wish = values.get(name) or default
    if wish not in {default, other}:
        raise DigestError(f"{name}: {wish!r} is neither {default!r} nor {other!r}")
    return wish


def _zone(name: str) -> tuple[tzinfo, str]:
    if name == "UTC":
        return UTC, name
    try:
        return ZoneInfo(name), name
    except (ValueError, OSError, KeyError):
        log.warning("unknown_time_zone", time_zone=name)
        return UTC, f"UTC (there is no time zone {name!r} here)"
