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

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}")
_HOSTS = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
}
_PARTITIONS = {"us-gov-": "aws-us-gov", "cn-": "aws-cn", "eusc-": "aws-eusc", "us-iso": "aws-iso"}


@dataclass(frozen=True)
class Place:
    """Where something is; parts that are not known are empty."""

    partition: str = ""
    region: str = ""
    account: str = ""

    def page(self, fragment: str) -> str:
        """A page of the CloudWatch console of this place; empty where none is known."""
        if not self.region or self.partition not in _HOSTS:
            return ""
        host = _HOSTS[self.partition].format(region=self.region)
        return f"https://{host}/cloudwatch/home?region={self.region}#{fragment}"


def place_of(arn: str, region: str, account: str = "") -> Place:
    """The place that an ARN names, else the region; an account that is given comes before the ARN's."""
    match arn.split(":", 5):
        case ["arn", partition, _, found, owner, _] if _REGION.fullmatch(found):
            return Place(partition, found, account or owner)
    if not _REGION.fullmatch(region):
        return Place(account=account)
    partitions = (name for start, name in _PARTITIONS.items() if region.startswith(start))
    return Place(next(partitions, "aws"), region, account)


def alarm(place: Place, name: str) -> str:
    """The page of an alarm."""
    return name and place.page(f"alarmsV2:alarm/{quote(name, safe='')}")


def dashboard(place: Place, name: str) -> str:
    """The page of a dashboard."""
    return name and place.page(f"dashboards/dashboard/{quote(name, safe='')}")


def insights(place: Place, groups: Sequence[str], query: str, start: float, end: float) -> str:
    """Logs Insights with a query, its log groups, and a window in seconds since 1970."""
    sources = "".join(f"~'{_jsurl(group)}" for group in groups)
    detail = (
        f"~(end~'{_jsurl(_iso(end))}~start~'{_jsurl(_iso(start))}~timeType~'ABSOLUTE~tz~'UTC"
        f"~editorString~'{_jsurl(query)}~source~({sources}))"
    )
    once = quote(detail, safe="*").replace("~", "%7E")
    return place.page("logsV2:logs-insights" + quote(f"?queryDetail={once}", safe="*").replace("%", "$"))


def _iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _jsurl(text: str) -> str:
    """Other characters as `*xx`, or as `**xxxx`: their UTF-16 units, which is what JSURL counts in."""
    return re.sub(r"[^\w.-]", _units, text, flags=re.ASCII)


def _units(char: re.Match[str]) -> str:
    units = re.findall("....", char[0].encode("utf-16-be", "replace").hex())
    return "".join(f"**{unit}" for unit in units).replace("**00", "*")
