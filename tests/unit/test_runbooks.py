"""Alarms and runbooks go together, and each runbook is written for its own alarm."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from modules import facts
from modules.spec.alarms import Alarm
from modules.spec.metrics import stats_of
from tests.builders import ROOT, good_monitoring

FOLDER = ROOT / "docs" / "runbooks"
PAGES = {path.stem: path for path in FOLDER.glob("*.md") if path.stem != "README"}
HEADINGS = ["What it means", "First checks", "Likely causes", "Mitigation", "When to escalate"]
LONGEST_SHARED_WORDS = 25
SEVERITY_FOR = re.compile(r"\b(critical|warning|info) for\b", re.IGNORECASE)
LOGGED = re.compile(r'\b_?log(?:\.(?:info|warning|error))?\(\s*"(\w+)"')
# The outcomes of a message to Slack; what is sent later was not sent at all, and what arrived is no trouble.
OUTCOME = re.compile(r"^ +(?!ACCEPTED|LATER)([A-Z_]+) = auto\(\)$", re.MULTILINE)
KIND = re.compile(r'^ +[A-Z_]+ = "(\w+)"$', re.MULTILINE)
# With every channel, so that every alarm on the path of notifications is there, and with a metric whose
# alarm has no page of its own.
CANCELLED: dict[str, Any] = {
    "sql": "SELECT count(*) FROM appointments WHERE cancelled_at >= :start_of_day",
    "unit": "Count",
    "alarm": {"above": 50, "severity": "warning", "because": "a usual day has fewer than 20"},
}
ALARMS = good_monitoring(
    {
        "business_metrics": {"metrics": {"CancelledAppointments": CANCELLED}},
        "routes": {
            "critical": {"pagerduty": True, "emails": ["ops@example.com"]},
            "warning": {"emails": ["dev@example.com"]},
            "info": {"emails": ["dev@example.com"]},
            "delivery": {"pagerduty": True, "emails": ["ops@example.com"]},
        },
    }
).alarms


def top_of(page: str) -> str:
    """What a page says before all else."""
    return PAGES[page].read_text("utf-8").split("## What it means")[0]


def alarms_of(page: str) -> list[Alarm]:
    """The alarms that lead to a page."""
    return [alarm for alarm in ALARMS if alarm.runbook == page]


def _words(path: Path) -> list[str]:
    prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.findall(r"[A-Za-z']+", prose)


def test_each_alarm_has_a_page_and_each_page_an_alarm() -> None:
    assert set(PAGES) == {alarm.runbook for alarm in ALARMS}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_has_its_parts_in_order(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert "```" in text.split("## First checks")[1].split("## Likely causes")[0]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_title_of_a_page_is_a_name_that_whoever_was_woken_has_seen(name: str) -> None:
    """The alarm's, of which several may share the beginning; a page for a family has a name of its own."""
    shared = all(alarm.key.startswith(name) for alarm in alarms_of(name))
    title = f"scheduling-agent-{name}" if shared or name in {alarm.key for alarm in ALARMS} else name

    assert PAGES[name].read_text("utf-8").startswith(f"# {title}\n")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_of_a_family_names_each_of_its_alarms_beside_its_severity(name: str) -> None:
    top = top_of(name)
    severities = [(found.start(), found[1].lower()) for found in SEVERITY_FOR.finditer(top)]

    for alarm in alarms_of(name):
        if not alarm.key.startswith(name):
            named = re.search(rf"-{alarm.key}`", top)
            assert named, alarm.key
            before = [severity for at, severity in severities if at < named.start()]
            assert not before or before[-1] == alarm.severity.value, alarm.key


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_names_severity_metric_and_threshold_of_its_alarm(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    flat = re.sub(r"(?<=\d)[  ,](?=\d{3})", "", text)
    for alarm in alarms_of(name):
        assert alarm.severity.value in top_of(name).lower()
        assert re.search(rf"\b{alarm.condition.threshold:g}\b", flat)
        for stat in stats_of(alarm.signal):
            assert stat.metric.name in text


@pytest.mark.parametrize("name", sorted(PAGES))
def test_metrics_in_commands_exist(name: str) -> None:
    """The guide's own check asked for a metric that AWS does not have."""
    text = PAGES[name].read_text("utf-8")
    for namespace, metric in re.findall(r"--namespace (AWS/[A-Za-z/]+) --metric-name ([A-Za-z]\w*)", text):
        assert facts.metric(namespace, metric), (namespace, metric)


def test_no_two_pages_share_a_long_passage() -> None:
    for one, other in combinations(sorted(PAGES), 2):
        shared = _passages(PAGES[one]) & _passages(PAGES[other])
        assert not shared, (one, other, " ".join(next(iter(shared))))


def _passages(path: Path) -> set[tuple[str, ...]]:
    words = _words(path)
    return {tuple(words[at : at + LONGEST_SHARED_WORDS]) for at in range(len(words) - LONGEST_SHARED_WORDS)}


def sources(function: str) -> str:
    """All code of a function of ours."""
    return "".join(path.read_text("utf-8") for path in sorted((ROOT / "lambda_src" / function).glob("*.py")))


def test_whatever_delivers_logs_nothing_that_is_not_explained() -> None:
    notifier = sources("slack_notifier")
    words = set(LOGGED.findall(notifier)) | set(LOGGED.findall(sources("digest")))
    words |= {f"slack_{outcome.lower()}" for outcome in OUTCOME.findall(notifier)}

    page = PAGES["delivery-function-errors"].read_text("utf-8")
    assert {"secret_unusable", "slack_dead_webhook", "messages_come_again"} <= words
    assert {word for word in words if f"`{word}`" not in page} == set()


def test_whatever_the_publisher_logs_is_explained_and_so_is_each_kind_of_failure() -> None:
    code = sources("metrics_publisher")
    words, kinds = set(LOGGED.findall(code)), set(KIND.findall(code))

    page = PAGES["metrics-publisher"].read_text("utf-8")
    assert {"metric_failed", "publish_failed", "reconnecting"} <= words
    assert {"tls", "lock_timeout", "bounds"} <= kinds
    assert {word for word in words if f"`{word}`" not in page} == set()
    assert {kind for kind in kinds if f"\n| `{kind}` | " not in page} == set()


def test_index_lists_every_page() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    assert {name for name in PAGES if f"({name}.md)" not in index} == set()
