"""The command: exit status, formats, and which policies hold for whose plan."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from modules.errors import ConfigError, MonitoringError
from ops.review import Acceptance, Effect, Plan, Section
from ops.review.command import command, environment_of, run
from tests.builders import CONFIG, ROOT, TODAY
from tests.review.builders import entry, plan, values
from tests.review.conftest import SETTINGS, STORY, Plans

OURS = {"ManagedBy": "cdktf", "Environment": "prod", "Project": "scheduling-agent", "Owner": "platform"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration that the plans were made with."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "prod.yaml").write_text(yaml.safe_dump(SETTINGS))
    return folder


def written(folder: Path, found: Plan) -> Path:
    path = folder / "plan.json"
    path.write_text(json.dumps(found.raw))
    return path


def reviewed(path: Path, config: Path, **changes: Any) -> Any:
    return run(path, environ={}, today=TODAY, config=config, **changes)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, config: Path) -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    monkeypatch.setattr("ops.review.command.CONFIG", config)
    # The command stops the collector for its own process; this one goes on.
    monkeypatch.setattr("gc.disable", lambda: None)
    for name in ("SNS_EMAIL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_weakening_ends_in_status_1(runner: Any, tmp_path: Path) -> None:
    result = runner(written(tmp_path, plan(entry(values(), values(threshold=8000)))))
    assert result.exit_code == 1
    assert result.stdout.startswith("## Stop: 1 change weakens the monitoring\n")


def test_strengthening_ends_in_status_0(runner: Any, tmp_path: Path) -> None:
    result = runner(written(tmp_path, plan(entry(values(), values(threshold=4000)))))
    assert result.exit_code == 0
    assert result.stdout.startswith("## Fine: nothing is weakened\n")


def test_json_is_printed_alone(runner: Any, tmp_path: Path) -> None:
    result = runner(written(tmp_path, plan(entry(values(), values(threshold=8000)))), "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["counts"]["weakened"] == 1


def test_unusable_input_is_an_error_of_the_user(runner: Any, tmp_path: Path) -> None:
    result = runner(tmp_path / "none.json")
    # `python -m ops` prints it and ends in status 2, as for all that this project raises on purpose.
    assert isinstance(result.exception, MonitoringError)
    assert "there is no such file" in str(result.exception)
    assert result.stdout == ""


def test_two_plans_are_compared(runner: Any, tmp_path: Path) -> None:
    for name, threshold in (("base", 5000), ("head", 8000)):
        (tmp_path / name).mkdir()
        written(tmp_path / name, plan_of_creations(threshold))
    result = runner(tmp_path / "head" / "plan.json", "--base", tmp_path / "base" / "plan.json")
    assert result.exit_code == 1
    assert "`above 5,000 ms` → `above 8,000 ms`" in result.stdout
    assert "Compared without a state" in result.stdout


def plan_of_creations(threshold: int) -> Plan:
    raw = plan(entry(None, values(threshold=threshold))).raw
    created = [one for one in raw["resource_changes"] if one["change"]["actions"] == ["create"]]
    return Plan("plan.json", {**raw, "resource_changes": created})


def test_own_plan_is_checked_by_all_policies(plans: Plans, config: Path, tmp_path: Path) -> None:
    found = reviewed(written(tmp_path, plans.forward), config)
    assert environment_of(plans.forward, config) == "prod"
    rules = {one.rule for one in found.findings}
    # Tags and retention are known from config/ alone.
    assert any(rule.startswith("MON-RET-") for rule in rules)
    assert found.advice == ()
    assert not any("not known as one of this project" in note for note in found.notes)


def test_stack_itself_breaks_no_policy(plans: Plans, config: Path, tmp_path: Path) -> None:
    found = reviewed(written(tmp_path, plans.story), config)
    assert [one for one in found.findings if one.level.value == "error"] == []


def test_waiver_of_the_configuration_holds(plans: Plans, config: Path, tmp_path: Path) -> None:
    path = written(tmp_path, plans.forward)
    (one, *_) = [one for one in reviewed(path, config).findings if one.level.value == "error"]
    waiver = {"rule": one.rule, "address": one.address, "reason": "meant", "expires": date(2027, 1, 1)}
    (config / "prod.yaml").write_text(yaml.safe_dump({**SETTINGS, "waivers": [waiver]}))
    waived = [other for other in reviewed(path, config).findings if other.waived_by is not None]
    assert {(other.rule, other.address) for other in waived} == {(one.rule, one.address)}


def test_foreign_plan_gets_advice_that_stops_nothing(config: Path, tmp_path: Path) -> None:
    silent = values(alarm_actions=[], ok_actions=[])
    planned = {"root_module": {"resources": [{**entry(None, silent), "values": silent}]}}
    found = reviewed(written(tmp_path, plan(entry(None, silent), planned_values=planned)), config)
    assert "MON-ACT-001" in {one.rule for one in found.advice}
    assert {one.address for one in found.advice} == {"aws_cloudwatch_metric_alarm.one"}
    assert found.findings is None
    assert not found.failed
    assert any("not known as one of this project" in note for note in found.notes)


def test_named_environment_makes_a_plan_ours(config: Path, tmp_path: Path) -> None:
    path = written(tmp_path, plan())
    assert reviewed(path, config).findings is None
    found = reviewed(path, config, environment="prod")
    assert found.findings is not None
    assert not any("not known as one" in note for note in found.notes)
    with pytest.raises(ConfigError, match="is not an environment"):
        reviewed(path, config, environment="nowhere")


@pytest.mark.parametrize("change", [{"Environment": "mars"}, {"ManagedBy": "hand"}, {"Project": ""}])
def test_plan_with_other_tags_is_foreign(change: dict[str, str], config: Path) -> None:
    tagged = values(tags_all=OURS | change)
    assert environment_of(plan(entry(None, values(tags_all=OURS))), config) == "prod"
    assert environment_of(plan(entry(None, tagged)), config) is None


def test_plan_that_deletes_all_is_still_ours(config: Path) -> None:
    assert environment_of(plan(entry(values(tags_all=OURS), None)), config) == "prod"


def test_acceptances_and_sections_are_handed_in(config: Path, tmp_path: Path) -> None:
    path = written(tmp_path, plan(entry(values(), values(threshold=8000))))
    accepted = Acceptance(
        address="aws_cloudwatch_metric_alarm.one", old="above 5,000 ms", new="above 8,000 ms", reason="meant"
    )

    def priced(head: Plan, base: Plan | None) -> Section:
        return Section(
            key="cost", title="Cost", summary=head.name, text="", data={"base": base}, failures=("too much",)
        )

    assert not reviewed(path, config, accepted=[accepted]).failed
    found = reviewed(path, config, accepted=[accepted], sections=[priced])
    assert found.failed
    assert found.failures == ("too much",)
    assert found.sections[0].summary == str(path)


def test_real_plans_pass_through_the_command(runner: Any, plans: Plans, tmp_path: Path) -> None:
    result = runner(written(tmp_path, plans.story), "--format", "json")
    data = json.loads(result.stdout)
    assert result.exit_code == 1
    assert data["counts"]["weakened"] == 2
    assert {change["effect"] for change in data["changes"]} <= {effect.value for effect in Effect}
    assert os.environ.get("AWS_REGION") is None


def _with(config: Path, **more: Any) -> None:
    (config / "prod.yaml").write_text(yaml.safe_dump({**SETTINGS, **more}))


def test_weakening_that_the_configuration_accepts_does_not_fail(tmp_path: Path, config: Path) -> None:
    path = written(tmp_path, plan(entry(values(tags=OURS), values(tags=OURS, threshold=8000))))
    found = reviewed(path, config, environment="prod")
    (weak,) = [one for one in found.verdicts if one.effect is Effect.WEAKENED]

    accepted = {"address": weak.address, "old": weak.old, "new": weak.new, "reason": "measured anew"}
    _with(config, accepted=[accepted])
    assert not [one for one in reviewed(path, config, environment="prod").failures if "weaken" in one]

    _with(config, accepted=[accepted | {"new": "9000"}])
    assert reviewed(path, config, environment="prod").failed


def test_budget_of_the_environment_fails_the_review(tmp_path: Path, config: Path, plans: Plans) -> None:
    path = written(tmp_path, plans.story)
    (section,) = reviewed(path, config, environment="prod").sections
    assert (section.key, section.failures) == ("costs", ())

    _with(config, cost={"budget_usd_per_month": 0.01})
    (section,) = reviewed(path, config, environment="prod").sections
    assert "at most 0.01 is the budget" in section.failures[0]


def test_comment_in_the_readme_is_what_the_command_prints(
    runner: Any, config: Path, plans: Plans, tmp_path: Path
) -> None:
    """The plan of a pull request that raises a threshold, drops a subscriber and adds a function."""
    (config / "prod.yaml").write_text(yaml.safe_dump(STORY))
    result = runner(written(tmp_path, plans.story))
    quoted = "\n".join(f"> {line}".rstrip() for line in result.stdout.splitlines())
    whole = f"tests/review/test_command.py -->\n\n{quoted}\n\n<!-- end -->"
    assert result.exit_code == 1
    assert whole in (ROOT / "README.md").read_text("utf-8"), quoted


ACCEPTED = {"address": "aws_cloudwatch_metric_alarm.one", "old": "above 5,000 ms", "new": "above 8,000 ms"}


def test_acceptance_of_the_base_is_spent(runner: Any, config: Path, tmp_path: Path) -> None:
    """Else one that is left in the file would accept the same change once more."""
    mine = {"accepted": [ACCEPTED | {"reason": "measured"}]}
    (config / "prod.yaml").write_text(yaml.safe_dump(SETTINGS | mine))
    path = written(tmp_path, plan(entry(values(), values(threshold=8000, tags=OURS))))
    base = tmp_path / "base.yaml"

    base.write_text(yaml.safe_dump(SETTINGS | mine))
    spent = runner(path, "--env", "prod", "--spent", base)
    base.write_text(yaml.safe_dump(SETTINGS))
    counts = runner(path, "--env", "prod", "--spent", base)

    assert spent.stdout.startswith("## Stop: 1 change weakens the monitoring\n")
    assert (spent.exit_code, counts.exit_code) == (1, 0)
    assert counts.stdout.startswith("## Fine: 1 weakening, accepted\n")


@pytest.mark.parametrize(
    "text", ["accepted: 5", "accepted: [{address: a}]", "accepted: [a]", "accepted: null"]
)
def test_spent_file_that_cannot_be_used_is_told(runner: Any, tmp_path: Path, text: str) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(text)
    result = runner(written(tmp_path, plan(entry(values(), values()))), "--env", "prod", "--spent", base)
    assert isinstance(result.exception, MonitoringError)
    assert "base.yaml: accepted: is no list of" in str(result.exception)


def test_without_a_state_what_is_written_tells_of_values_that_are_not_known(
    runner: Any, tmp_path: Path
) -> None:
    """Both sides name the same references, and yet they do not do the same."""
    paths = []
    for effect in ("Allow", "Deny"):
        made = plan(entry(None, {"name": "x"}, kind="aws_iam_role_policy", after_unknown={"policy": True}))
        said = {
            "constant_value": f'{effect} "${{aws_sqs_queue.a.arn}}"',
            "references": ["aws_sqs_queue.a.arn"],
        }
        configured = {"address": "aws_iam_role_policy.one", "expressions": {"policy": said}}
        raw = {**made.raw, "configuration": {"root_module": {"resources": [configured]}}}
        raw["resource_changes"] = [
            one for one in raw["resource_changes"] if "create" in one["change"]["actions"]
        ]
        paths.append(tmp_path / f"{effect}.json")
        paths[-1].write_text(json.dumps(raw))
    changed = runner(paths[1], "--base", paths[0])
    same = runner(paths[0], "--base", paths[0])
    assert "Cannot be judged (1)" in changed.stdout
    assert same.stdout.startswith("## Fine: nothing changes")


def test_deeply_nested_plan_is_rejected_with_status_2(runner: Any, tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    result = runner(written(tmp_path, plan(entry(values(), values(tags={"Deep": deep})))))

    assert isinstance(result.exception, MonitoringError)
    assert str(result.exception).endswith("is nested too deeply for a plan")
