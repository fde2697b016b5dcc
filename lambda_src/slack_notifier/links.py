"""Addresses of the AWS console.

The console has no documented addresses. Logs Insights keeps its query in the fragment as JSURL
(`~(key~'text~list~(~'a))`, other characters as `*xx`), percent-encoded twice with `$` for the outer `%`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-\d{1,2}")
_HOSTS = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
}
_BYTE = 0x100


@dataclass(frozen=True)
class Place:
    """Where something is; parts that are not known are empty."""

    partition: str = ""
    region: str = ""
    account: str = ""

    @property
    def console(self) -> str:
        """The CloudWatch console of this place, up to the fragment; empty where none is known."""
        if not self.region or self.partition not in _HOSTS:
            return ""
        host = _HOSTS[self.partition].format(region=self.region)
        return f"https://{host}/cloudwatch/home?region={self.region}"


def place_of(*arns: str, region: str = "") -> Place:
    """The place of the first ARN that names a region, else the region alone."""
    for arn in arns:
        match arn.split(":", 5):
            case ["arn", partition, _, found, account, _] if _REGION.fullmatch(found):
                return Place(partition, found, account)
    return Place(_partition(region), region) if _REGION.fullmatch(region) else Place()


def _partition(region: str) -> str:
    starts = {"us-gov-": "aws-us-gov", "cn-": "aws-cn", "us-iso": "aws-iso"}
    return next((partition for start, partition in starts.items() if region.startswith(start)), "aws")


def alarm(place: Place, name: str) -> str:
    """The page of an alarm."""
    return place.console and f"{place.console}#alarmsV2:alarm/{quote(name, safe='')}"


def dashboard(place: Place, name: str) -> str:
    """The page of a dashboard."""
    return place.console and f"{place.console}#dashboards/dashboard/{quote(name, safe='')}"


def insights(place: Place, groups: Sequence[str], query: str, start: float, end: float) -> str:
    """Logs Insights with a query, its log groups, and a window in seconds since 1970."""
    sources = "".join(f"~'{_jsurl(group)}" for group in groups)
    detail = (
        f"~(end~'{_jsurl(iso(end))}~start~'{_jsurl(iso(start))}~timeType~'ABSOLUTE~tz~'UTC"
        f"~editorString~'{_jsurl(query)}~source~({sources}))"
    )
    once = quote(detail, safe="*").replace("~", "%7E")
    twice = quote(f"?queryDetail={once}", safe="*").replace("%", "$")
    return place.console and f"{place.console}#logsV2:logs-insights{twice}"


def iso(seconds: float) -> str:
    """A time as the console writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _jsurl(text: str) -> str:
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "-._") else _unit(char) for char in text
    )


def _unit(char: str) -> str:
    """A character as its UTF-16 units, which is what JSURL counts in."""
    data = char.encode("utf-16-be", "replace")
    codes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return "".join(f"*{code:02x}" if code < _BYTE else f"**{code:04x}" for code in codes)
