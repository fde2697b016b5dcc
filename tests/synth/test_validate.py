"""Terraform itself, with the real AWS provider, on what we synthesize."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from modules.settings import load
from modules.settings.load import environments
from modules.synthesis import terraform
from ops.terraform import Terraform
from ops.validate import validate_all
from tests.builders import ROOT, Tree, good_settings, monitorings
from tests.tools import without

MINIMUM: Tree = {"retention": {"minimum_days": 30}}
MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
ALIAS = "arn:aws:bedrock:us-east-1:111122223333:agent-alias/ABCDEFGHIJ/KLMNOPQRS"
AGENTS = {
    name: {"alias_arn": f"{ALIAS}{number}", "model_id": MODEL}
    for number, name in enumerate(("supervisor", "scheduling", "information", "notes", "chitchat"))
}
S3 = {"type": "s3", "bucket": "state", "region": "eu-west-1", "dynamodb_table": "locks"}
CLOUD = {"type": "cloud", "organization": "acme", "project": "monitoring"}

# By environment name, so that all of them are one run: what is laid over the base.
CONFIGURATIONS: dict[str, Tree] = {
    "in-s3": {
        "terraform": {"backend": S3},
        "bedrock": {"agents": AGENTS},
        "database": {"engine": "aurora-postgresql"},
    },
    "in-cloud": {
        "terraform": {"backend": CLOUD},
        "database": {"engine": "aurora-postgresql-serverless", "identifier": "Main-1"},
        "tags": {"organizations_policy": {"enabled": True, "attach_to": "ou-ab12-cdefghij"}},
    },
    "elsewhere": {
        "terraform": {"backend": CLOUD | {"workspace": "of-prod", "hostname": "terraform.acme.test"}},
        "lambda": {"functions": {"notes-actions": {"timeout_seconds": 900, "log_group": "lambda-default"}}},
        "features": {"dashboards": False},
        "runbook_base_url": "https://example.org/runbooks/",
    },
    "targets": {
        "targets": [
            {"region": "us-gov-west-1", "account": "444455556666", "partition": "aws-us-gov"},
            {"region": "ap-northeast-1"},
        ],
        "routes": {
            "critical": {"emails": ["a@example.org", "b@example.org"]},
            "info": {"emails": ["c@example.org"]},
        },
    },
}


@pytest.fixture(scope="module")
def real_terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform that has an AWS provider."""
    folder = tmp_path_factory.mktemp("provider")
    provider = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(provider), "utf-8")
    try:
        found = Terraform.found(ROOT)
        found.init(folder)
    except ToolError as error:
        without(str(error))
    return found


def written(folder: Path, *settings: Any) -> list[str]:
    """The stacks of several environments, synthesized in one run; returns their names."""
    named = {one.stack: (each, one) for each in settings for one in monitorings(each)}
    terraform(named, folder)
    return sorted(named)


def test_every_environment_of_config_is_valid(real_terraform: Terraform, tmp_path: Path) -> None:
    """Whatever its team has made of it."""
    names = environments(ROOT / "config")
    stacks = written(tmp_path, *load(names, ROOT / "config", {}))

    assert list(validate_all(tmp_path, real_terraform)) == stacks
    assert len(stacks) >= len(names)


def test_every_kind_of_configuration_is_valid(real_terraform: Terraform, tmp_path: Path) -> None:
    """`init` goes without backend: state lies where tests have nothing to say."""
    settings = [
        good_settings(MINIMUM | changes, environment=name) for name, changes in CONFIGURATIONS.items()
    ]
    stacks = written(tmp_path, *settings)

    assert list(validate_all(tmp_path, real_terraform)) == stacks
    assert len(stacks) == len(CONFIGURATIONS) + 1  # one of them has two targets


def test_configurations_reach_the_result(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    settings = [
        good_settings(MINIMUM | changes, environment=name) for name, changes in CONFIGURATIONS.items()
    ]
    stacks = written(tmp_path, *settings)
    text = {name: (tmp_path / "stacks" / name / "cdk.tf.json").read_text("utf-8") for name in stacks}
    whole = "".join(text.values())

    wanted = ('"s3": {', '"cloud": {', "terraform.acme.test", f"{ALIAS}2", "aws_organizations_policy")
    assert [part for part in wanted if part not in whole] == []
    assert "arn:aws-us-gov:" in text["scheduling-agent-targets-us-gov-west-1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda alarm: alarm.pop("evaluation_periods"), '"evaluation_periods" is required'),
        (lambda alarm: alarm.update(treat_missing_dat="ignore"), "treat_missing_dat"),
    ],
)
def test_broken_stack_is_refused_and_named(
    real_terraform: Terraform, tmp_path: Path, change: Any, said: str
) -> None:
    (name,) = written(tmp_path, good_settings(MINIMUM))
    path = tmp_path / "stacks" / name / "cdk.tf.json"
    stack = json.loads(path.read_text("utf-8"))
    change(stack["resource"]["aws_cloudwatch_metric_alarm"]["lambda-errors"])
    path.write_text(json.dumps(stack), "utf-8")

    with pytest.raises(ToolError) as raised:
        list(validate_all(tmp_path, real_terraform))

    assert said in str(raised.value)
    assert name in str(raised.value)
    assert "lambda-errors" in str(raised.value)


def test_folder_without_stacks_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="holds no stack: run `make synth` first"):
        list(validate_all(tmp_path, Terraform("terraform", ROOT)))


def test_stack_that_another_run_left_behind_is_not_judged(real_terraform: Terraform, tmp_path: Path) -> None:
    stacks = written(tmp_path, good_settings(MINIMUM))
    left = tmp_path / "stacks" / "left-behind"
    left.mkdir()
    (left / "cdk.tf.json").write_text("{", "utf-8")

    assert list(validate_all(tmp_path, real_terraform)) == stacks
