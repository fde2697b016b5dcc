"""Who hears of what: listeners by route, Slack, the digest, and what lowers an alarm for a while."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.sections import Section
from modules.settings.text import AlarmPattern, Clock, Day, Email, Host, Text, TimeZone, TopicName
from modules.spec.alarms import Severity

MOST_HOSTS = 10

Emails = Annotated[tuple[Email, ...], Field(strict=False)]
Level = Annotated[Severity, Field(strict=False)]


class CriticalRoute(Section):
    """Who is woken: PagerDuty at the address in the Terraform variable, Slack, mailboxes.

    `topic_name` is for a topic that exists already: another name would cost it its subscribers.
    """

    topic_name: TopicName | None = None
    emails: Emails = ()
    slack: bool = False
    pagerduty: bool = False


class WarningRoute(Section):
    """Who looks during working hours."""

    emails: Emails = ()
    slack: bool = False


class InfoRoute(Section):
    """Who gets the daily digest."""

    emails: Emails = ()


class DeliveryRoute(Section):
    """Who hears that notifications do not arrive; never by Slack, which is among what is watched."""

    emails: Emails = ()
    pagerduty: bool = False


class Routes(Section):
    """One route per severity, and the one for the delivery path's own alarms."""

    critical: CriticalRoute = CriticalRoute()
    warning: WarningRoute = WarningRoute()
    info: InfoRoute = InfoRoute()
    delivery: DeliveryRoute = DeliveryRoute()


class Slack(Section):
    """Where webhooks may lead to; a host of loopback stands for all its ports, and may speak plain http."""

    allowed_hosts: Annotated[tuple[Host, ...], Field(min_length=1, max_length=MOST_HOSTS, strict=False)]


class Digest(Section):
    """When the info notices of a day are mailed, and whether a day without any is."""

    time: Clock
    time_zone: TimeZone
    all_clear: Literal["mail", "none"]


class Maintenance(Section):
    """Alarms, by key, that are lowered to a severity up to and including a day."""

    alarms: Annotated[tuple[AlarmPattern, ...], Field(min_length=1, strict=False)]
    severity: Level
    until: Day
    reason: Text
