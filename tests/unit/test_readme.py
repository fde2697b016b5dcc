"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import subprocess
import sys

from modules.report import report
from ops import rules
from policies import check
from tests.builders import ROOT, good_context, monitorings, shipped, synthesized

README = (ROOT / "README.md").read_text("utf-8")


def test_policy_table_is_what_ops_rules_prints() -> None:
    assert rules.markdown() in README, "paste what `python -m ops rules` prints"


def test_screen_is_what_synth_prints() -> None:
    settings = shipped(email="")
    (found,) = monitorings(settings)
    (stack,) = synthesized(settings).values()
    name = "scheduling-agent-us-east-1"
    findings = check(stack, good_context(settings, found))
    screen = report({name: (settings, found)}, {name: stack}, {name: findings}, "cdktf.out")
    assert screen in README, screen


def test_ops_lists_its_commands() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "ops", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert all(command in shown for command in ("validate", "schema", "rules"))


def test_catalog_entry_in_the_readme_is_the_real_one() -> None:
    (shown,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    assert shown in (ROOT / "modules" / "catalog" / "functions.py").read_text("utf-8")
