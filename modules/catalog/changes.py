"""What configuration changes of an alarm: its threshold, its severity, and that for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from modules.errors import Problem
from modules.settings import Settings
from modules.settings.models import AlarmChange
from modules.settings.routes import Maintenance
from modules.spec.alarms import Alarm, Role, Severity

_ORDER = tuple(Severity)


def changed(settings: Settings, alarm: Alarm) -> Alarm:
    """An alarm as configuration wants it."""
    change = settings.alarms.get(alarm.key, AlarmChange())
    if change.threshold is not None:
        condition = replace(alarm.condition, threshold=change.threshold, because="set in configuration")
        alarm = replace(alarm, condition=condition)
    return _maintained(settings, replace(alarm, severity=_severity(settings, alarm, change)))


def _severity(settings: Settings, alarm: Alarm, change: AlarmChange) -> Severity:
    """What the environment's own file says of this very alarm holds; all else is lowered as it wishes."""
    found = change.severity or alarm.severity
    own = settings.file_of("alarms", alarm.key, "severity") == f"config/{settings.environment}.yaml"
    return found if change.severity and own else settings.severities.get(found, found)


def _maintained(settings: Settings, alarm: Alarm) -> Alarm:
    """Lowered as far as a window says; of several windows the lowest severity counts, then the last day."""
    lower = [window for window in _windows(settings, alarm) if _is_lower(window.severity, alarm.severity)]
    if not lower:
        return alarm
    window = max(lower, key=lambda one: (_ORDER.index(one.severity), one.until))
    return replace(alarm, severity=window.severity, maintenance_until=window.until)


def _windows(settings: Settings, alarm: Alarm) -> list[Maintenance]:
    """The windows of an alarm. What watches the delivery itself is never lowered."""
    if alarm.role is Role.DELIVERY:
        return []
    return [window for window in settings.maintenance if _names(window, alarm)]


def _names(window: Maintenance, alarm: Alarm) -> bool:
    return any(fnmatchcase(alarm.key, pattern) for pattern in window.alarms)


def _is_lower(one: Severity, other: Severity) -> bool:
    return _ORDER.index(one) > _ORDER.index(other)


def problems(settings: Settings, alarms: Mapping[str, Alarm]) -> Iterator[Problem]:
    """Changes and windows of alarms that do not exist."""
    for key in sorted(set(settings.alarms) - set(alarms)):
        yield Problem(
            settings.file_of("alarms", key),
            f"alarms.{key}",
            f"there is no such alarm; known: {', '.join(sorted(alarms))}",
        )
    for key in sorted(set(settings.alarms) & set(alarms)):
        if settings.alarms[key].severity and alarms[key].role is Role.DELIVERY:
            yield Problem(
                settings.file_of("alarms", key, "severity"),
                f"alarms.{key}.severity",
                "routes nothing: what watches the delivery acts on the delivery topic; take it out",
            )
    pages = {key: alarm for key, alarm in alarms.items() if alarm.role is not Role.DELIVERY}
    for index, window in enumerate(settings.maintenance):
        for pattern in window.alarms:
            if not any(fnmatchcase(key, pattern) for key in pages):
                yield Problem(
                    settings.file_of("maintenance", index),
                    f"maintenance[{index}].alarms",
                    f"{pattern!r} names no alarm that can be lowered; known: {', '.join(sorted(pages))}",
                )
