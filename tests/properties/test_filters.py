"""The metric filters match the log lines they are made for, and no others."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from modules.semantics import metric_value, parse_pattern
from modules.settings.models import BackendLog
from modules.spec.logs import MetricFilter
from tests.builders import good_monitoring, good_settings, monitorings
from tests.strategies import logs, words

NAMES = ("level", "event", "duration")
GUIDE_LINE = {
    "timestamp": "2025-10-17T12:00:00.123Z",
    "level": "INFO",
    "logger": "app.api.chat",
    "message": "chat_response_sent",
    "session_id": "550e8400",
    "response_length": 150,
    "processing_time_ms": 850,
}


def _filters(log: dict[str, Any]) -> dict[str, MetricFilter]:
    (found,) = monitorings(good_settings({"backend": {"log": log}}))
    return {item.key: item for item in found.filters if item.group == "backend"}


def _published(item: MetricFilter, line: dict[str, Any] | str) -> float | None:
    event = line if isinstance(line, str) else json.dumps(line)
    return metric_value(parse_pattern(item.pattern), item.value, event)


def _shipped() -> dict[str, MetricFilter]:
    return {item.key: item for item in good_monitoring().filters if item.group == "backend"}


def test_line_of_the_guide_is_a_success_that_took_850_ms() -> None:
    published = {key: _published(item, GUIDE_LINE) for key, item in _shipped().items()}
    assert published == {"error-count": None, "response-time": 850, "success-count": 1}


def test_error_and_critical_lines_count_as_errors() -> None:
    item = _shipped()["error-count"]
    for level in ("ERROR", "CRITICAL"):
        assert _published(item, GUIDE_LINE | {"level": level}) == 1
    for level in ("WARNING", "error", "ERRORS", "", None, 500, ["ERROR"]):
        assert _published(item, GUIDE_LINE | {"level": level}) is None


def test_response_without_a_duration_or_with_text_in_it_publishes_nothing() -> None:
    item = _shipped()["response-time"]
    without = {key: value for key, value in GUIDE_LINE.items() if key != "processing_time_ms"}
    assert _published(item, without) is None
    assert _published(item, without | {"processing_time_ms": "fast"}) is None
    assert _published(item, without | {"processing_time_ms": -1}) is None


@given(logs(), st.data())
def test_filters_count_exactly_what_the_log_means(log: dict[str, Any], data: st.DataObject) -> None:
    BackendLog.model_validate(log)
    levels = st.sampled_from([*log["error_levels"], log["info_level"], "DEBUG-9"])
    events = st.sampled_from([log["request_event"], log["response_event"], "unhandled-9"])
    level, event = data.draw(levels), data.draw(events)
    duration = data.draw(st.none() | st.integers(-5, 10**6) | words)
    level_key, event_key, duration_key = (log[f"{name}_field"].strip("[']") for name in NAMES)
    line = {level_key: level, event_key: event, "other": 1}
    if duration is not None:
        line[duration_key] = duration
    assume("other" not in (level_key, event_key, duration_key))
    is_response = event == log["response_event"]
    timed = isinstance(duration, int) and duration >= 0
    published = {key: _published(item, line) for key, item in _filters(log).items()}
    assert published == {
        "error-count": 1 if level in log["error_levels"] else None,
        "response-time": duration if is_response and timed else None,
        "success-count": 1 if level == log["info_level"] and is_response else None,
    }


@given(st.text())
def test_text_that_is_no_json_object_is_never_counted(text: str) -> None:
    assume(not text.lstrip().startswith("{"))
    assert {_published(item, text) for item in _shipped().values()} == {None}
