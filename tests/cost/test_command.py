"""The command, on the shipped configuration."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from modules.errors import ConfigError
from modules.resources.stacks import read_stack
from modules.settings import load
from ops.cost import command as module
from ops.cost import estimate, volumes_of
from ops.cost.command import CONFIG, cost, cost_section
from tests.builders import synthesized

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(cost)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_json_costs_what_the_stack_costs() -> None:
    result = run("--env", "prod", "--json")
    found = json.loads(result.stdout)

    (settings,) = load(("prod",), CONFIG, {})
    volumes = volumes_of(cost_section(settings).get("volumes", {}), str)
    stacks = map(read_stack, synthesized(settings).values())
    expected = estimate(stacks, volumes, regions=["us-east-1"])
    assert result.exit_code == 0
    assert found["environment"] == "prod"
    assert found["stacks"] == ["scheduling-agent-us-east-1"]
    assert sum(Decimal(item["amount"]) for item in found["items"]) == expected.total


def test_text_names_the_environment_and_the_total() -> None:
    result = run("--env", "dev", "--free-tier")

    assert result.exit_code == 0
    assert result.stdout.startswith("dev: scheduling-agent-dev-us-east-1; US dollars a month\n")
    assert "\ntotal " in result.stdout
    assert "free in every account each month" in result.stdout


def test_unknown_environment_is_told_in_one_line() -> None:
    with pytest.raises(ConfigError, match="'qa' is not an environment; known: dev, "):
        run("--env", "qa")


def test_configured_volumes_and_budget_count(monkeypatch: pytest.MonkeyPatch) -> None:
    section = {"budget_usd_per_month": 20, "volumes": {"log_gb": {"*/backend": 500}}}
    monkeypatch.setattr(module, "cost_section", lambda settings: section)

    text, found = run("--env", "prod").stdout, json.loads(run("--env", "prod", "--json").stdout)

    assert "500 for */backend (set in config/)" in text
    assert "error MON-CST-001 config/prod.yaml: cost.budget_usd_per_month: found " in text
    assert found["budget"] == "20.00"
    assert Decimal(found["total"]) > 250  # 500 GB * 0.50 for the backend's logs alone


def test_wrong_volume_is_told_before_anything_is_synthesized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cost_section", lambda settings: {"volumes": {"log_gbs": 1}})
    monkeypatch.setattr("modules.synthesis.terraform", None)

    with pytest.raises(ConfigError, match=r"config/base.yaml: cost.volumes.log_gbs: unknown key"):
        run("--env", "prod")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run("--env", "prod")

    assert os.listdir(tmp_path) == []
