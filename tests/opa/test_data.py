"""The data of the policies comes from the same facts and configuration as the Python ones."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from modules import facts
from modules.errors import ConfigError
from modules.semantics.globs import matches
from modules.semantics.secrets import secret_in
from ops import opa
from ops.opa import command
from ops.opa.bounds import bounds
from ops.opa.figures import portable
from ops.opa.workspaces import demands, pattern, workspace_name
from policies import Waiver
from tests import secret_texts as texts
from tests.builders import CONFIG, good_monitoring, good_settings
from tests.policies.stacks import good_context

TOLD = json.loads(opa.text(CONFIG, {}))["told"]
GLOBS = st.text(st.sampled_from("ab.*?[]()|^$+{}\\/-_ \n"), max_size=8)


def test_every_environment_that_synth_takes_by_itself_has_its_workspaces() -> None:
    environments = {demanded["environment"] for demanded in TOLD["workspaces"].values()}

    assert environments == {"dev", "prod", "staging"}
    assert TOLD["workspaces"]["scheduling-agent-us-east-1"]["minimum_retention_days"] == 30


def test_figures_are_those_of_the_facts() -> None:
    assert TOLD["retention_days"] == list(facts.RETENTION_DAYS)
    assert TOLD["queue_retention_seconds"]["most"] == facts.limit("queue_retention_seconds_max")
    assert all(facts.is_taggable(kind) for kind in TOLD["taggable"])
    assert set(TOLD["bounds"]["units"]) == facts.UNITS
    assert sum(map(len, TOLD["bounds"]["metrics"].values())) == len(facts.metrics())


@pytest.mark.parametrize(
    ("namespace", "name", "kind", "wanted"),
    [
        ("AWS/Lambda", "Duration", "value", [0, 900_000]),
        ("AWS/Lambda", "Duration", "sum", [0, 9e11]),
        ("AWS/Lambda", "Errors", "sum", [0, 1e9]),
        ("AWS/RDS", "CPUUtilization", "value", [0, 100]),
    ],
)
def test_bounds_of_a_metric_are_told(namespace: str, name: str, kind: str, wanted: list[float]) -> None:
    assert TOLD["bounds"]["metrics"][namespace][name][kind] == wanted


def test_of_a_metric_that_nobody_knows_nothing_is_told() -> None:
    assert bounds("Ours", "Unheard", {}, good_context())["value"] == [None, None]


def test_stack_lends_its_name_to_its_workspace() -> None:
    assert workspace_name(good_settings(), good_monitoring()) == "scheduling-agent-us-east-1"


def test_workspace_can_be_named() -> None:
    backend = {"type": "cloud", "organization": "my-org", "workspace": "monitoring"}
    settings = good_settings({"terraform": {"backend": backend}})

    assert workspace_name(settings, good_monitoring()) == "monitoring"


def test_waiver_is_told_with_its_date_and_its_pattern() -> None:
    waiver = Waiver(rule="MON-RET-001", address="*.b[0]", reason="audit", expires=date(2027, 3, 31))

    (told,) = demands(good_context(waivers=(waiver,)))["waivers"]

    assert told == {
        "rule": "MON-RET-001",
        "address": "*.b[0]",
        "pattern": r"^[\s\S]*\.b\[0\]$",
        "reason": "audit",
        "expires": "2027-03-31",
    }


@given(GLOBS, GLOBS)
def test_pattern_fits_what_its_text_fits(glob: str, text: str) -> None:
    found = re.compile(pattern(glob).removesuffix("$") + r"\Z").match(text)

    assert (found is not None) == matches(glob, text)


@given(GLOBS)
def test_text_without_wildcards_fits_itself(text: str) -> None:
    assert re.compile(pattern(text).removesuffix("$") + r"\Z").match(text)


def test_pattern_that_ignores_case_is_for_small_letters() -> None:
    assert portable("(?i)Pass_?Word") == {"pattern": "pass_?word", "ignores_case": True, "contains": []}
    assert portable("AKIA") == {"pattern": "AKIA", "ignores_case": False, "contains": []}


def test_assertions_are_written_without() -> None:
    assert portable(r"(?<![a-z])(?=[\w/]*[A-Z])\w{4}(?![a-z])") == {
        "pattern": r"(?:^|[^a-z])\w{4}(?:$|[^a-z])",
        "ignores_case": False,
        "contains": ["[A-Z]"],
    }


@pytest.mark.parametrize("pattern", [r"(?i)secret\S", "(?=ab)", "(?!ab)", "(?s).", "a(?-i:b)"])
def test_pattern_that_another_engine_would_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"RE2 has no such assertion|a class in capitals"):
        portable(pattern)


@pytest.mark.parametrize("flags", ["(?i)", "(?s)", "(?=", "(?!", "(?<", r"\Z"])
def test_no_pattern_needs_what_an_engine_lacks(flags: str) -> None:
    assert flags not in json.dumps(TOLD["secrets"])


@pytest.mark.parametrize("value", [*texts.CERTAIN, *texts.POSSIBLE, *texts.READABLE])
def test_patterns_find_what_the_python_rule_finds(value: str) -> None:
    without_arns = re.sub(TOLD["secrets"]["arn"], "", value)

    assert told_in(without_arns) == secret_in("MODE", value)


def told_in(value: str) -> Any:
    looks = TOLD["secrets"]["looks"]
    cased = {True: value.lower(), False: value}
    return next(
        (
            one["kind"]
            for one in looks
            for match in re.finditer(one["pattern"], cased[one["ignores_case"]])
            if all(re.search(part, match[0]) for part in one["contains"])
        ),
        None,
    )


def test_command_writes_the_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policies" / "opa").mkdir(parents=True)
    (tmp_path / "config").symlink_to(CONFIG)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    app = typer.Typer()
    app.command()(command.opa)

    result = CliRunner().invoke(app, [])

    assert result.stdout == "policies/opa/data.json is current\n"
    assert (tmp_path / opa.FILE).read_text("utf-8") == opa.text(CONFIG, {})


def test_mistake_in_the_configuration_is_told(tmp_path: Any) -> None:
    (tmp_path / "base.yaml").write_text((CONFIG / "base.yaml").read_text("utf-8"))
    (tmp_path / "prod.yaml").write_text("retention: {days: 17}\n")

    with pytest.raises(ConfigError, match=r"retention\.days"):
        opa.text(tmp_path, {})
