"""Alarms and runbooks go together, and each runbook is written for its own alarm."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from modules import facts
from modules.spec.metrics import stats_of
from tests.builders import ROOT, good_monitoring

FOLDER = ROOT / "docs" / "runbooks"
PAGES = {path.stem: path for path in FOLDER.glob("*.md") if path.stem != "README"}
HEADINGS = ["What it means", "First checks", "Likely causes", "Mitigation", "When to escalate"]
LONGEST_SHARED_WORDS = 25


def _words(path: Path) -> list[str]:
    prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.findall(r"[A-Za-z']+", prose)


def test_each_alarm_has_a_page_and_each_page_an_alarm() -> None:
    assert set(PAGES) == {alarm.runbook for alarm in good_monitoring().alarms}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_has_its_parts_in_order(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert text.startswith(f"# scheduling-agent-{name}\n")
    assert "```" in text.split("## First checks")[1].split("## Likely causes")[0]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_names_severity_metric_and_threshold_of_its_alarm(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    flat = re.sub(r"(?<=\d)[  ,](?=\d{3})", "", text)
    alarms = [alarm for alarm in good_monitoring().alarms if alarm.runbook == name]
    for alarm in alarms:
        assert alarm.severity.value in text.lower().split("## What it means")[0]
        assert f"{alarm.condition.threshold:g}" in flat
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


def test_index_lists_every_page() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    assert {name for name in PAGES if f"({name}.md)" not in index} == set()


def test_links_between_pages_lead_somewhere() -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"
